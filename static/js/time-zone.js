// Beside each time online, what the visitor's own clock will show then. Without JavaScript they choose their city, and
// the messages name both clocks.
const cities = document.querySelector("#id_time_zone");
const labels = document.querySelectorAll(".place:has(#id_time_zone) fieldset label");
const LONDON = "Europe/London";

function parts(moment, timeZone) {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  return Object.fromEntries(format.formatToParts(moment).map(({ type, value }) => [type, value]));
}

function city(zone) {
  const listed = [...cities.options].find((option) => option.value === zone);
  return listed.label.split(/,| \(/)[0];
}

// The value begins with the number of five minutes since 1970, in base 36 (bookings/slot.py).
function moment(label) {
  return new Date(Number.parseInt(label.querySelector("input").value, 36) * 5 * 60 * 1000);
}

function show() {
  const zone = cities.value;
  for (const label of labels) {
    label.querySelector(".local-time")?.remove();
    if (!zone) continue;
    const here = parts(moment(label), LONDON);
    const there = parts(moment(label), zone);
    const day = there.weekday === here.weekday ? "" : `${there.weekday} `;
    const span = document.createElement("span");
    span.className = "local-time";
    span.textContent = `= ${day}${there.hour}:${there.minute} in ${city(zone)}`;
    label.append(span);
  }
}

// As this browser calls it: a city may have had another name.
function canonical(timeZone) {
  return Intl.DateTimeFormat("en-GB", { timeZone }).resolvedOptions().timeZone;
}

function preselect() {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!own?.includes("/") || own.startsWith("Etc/") || own === LONDON) return;
  let option = [...cities.options].find(({ value }) => value && canonical(value) === own);
  if (!option) {
    option = new Option(own.slice(own.lastIndexOf("/") + 1).replaceAll("_", " "), own);
    cities.add(option, 1);
  }
  cities.value = option.value;
}

if (cities) {
  // What was sent and came back stays as it was chosen.
  if (!cities.value && !document.querySelector(".error-summary")) preselect();
  cities.addEventListener("change", show);
  show();
}
