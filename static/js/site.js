// What runs on every page for visitors. Collecting static files puts these files into one.
import "./leave.js";
import "./answers.js";
