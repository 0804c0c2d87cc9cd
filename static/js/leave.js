// "Leave this site" works as a plain link, whose answer has the browser forget the visit and leads away. With JavaScript
// it also empties the page at once, form and all, takes it out of the browser's history, so that Back does not bring it
// up again, and leads away without waiting for that answer. Shift pressed three times does the same, as in GOV.UK's
// "Exit this page".
const link = document.querySelector(".leave");
const status = document.createElement("p");
status.role = "status";
status.className = "visually-hidden";

const PATIENCE = 5000;
let presses = 0;
let isAlone = false;
let timer;

function leave() {
  sessionStorage.clear();
  document.title = "Loading";
  status.role = "alert";
  document.body.replaceChildren(status);
  status.textContent = "Loading";
  fetch(link.href, { method: "POST", keepalive: true, redirect: "manual" });
  location.replace(link.dataset.address);
}

function forget() {
  clearTimeout(timer);
  presses = 0;
  status.textContent = "";
}

function press() {
  clearTimeout(timer);
  presses += 1;
  if (presses === 3) return leave();
  status.textContent = `Shift, press ${presses === 1 ? "2 more times" : "1 more time"} to leave`;
  timer = setTimeout(forget, PATIENCE);
}

function isShift(event) {
  return event.key === "Shift" && !event.altKey && !event.ctrlKey && !event.metaKey;
}

if (link) {
  document.body.append(status);
  link.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
  // Only Shift on its own counts: with a letter, another key or a click in between it was meant for that.
  addEventListener(
    "keydown",
    (event) => {
      isAlone = isShift(event);
      if (!isAlone) forget();
    },
    true,
  );
  addEventListener(
    "keyup",
    (event) => {
      if (event.key === "Shift" && isAlone) press();
    },
    true,
  );
  addEventListener(
    "pointerdown",
    () => {
      isAlone = false;
      forget();
    },
    true,
  );
}
