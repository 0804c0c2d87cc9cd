// Has the browser make or show a passkey, and sends what it answers with the form. Without passkeys or JavaScript, these
// forms stay hidden, and the page offers another way.
const { webauthnJSON } = window;

async function optionsOf(form) {
  const url = form.dataset.optionsUrl;
  if (!url) return JSON.parse(form.dataset.options);
  const response = await fetch(url, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error("There are no options for a passkey.");
  return response.json();
}

async function askForPasskey(form) {
  const options = await optionsOf(form);
  const credential = await (form.dataset.passkey === "create"
    ? webauthnJSON.create(options)
    : webauthnJSON.get(options));
  form.elements.namedItem("credential").value = JSON.stringify(credential);
  form.submit();
}

function prepare(form) {
  const problem = form.querySelector("[role=alert]");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.hidden = true;
    try {
      await askForPasskey(form);
    } catch {
      problem.hidden = false;
    }
  });
}

if (webauthnJSON?.supported()) {
  document.querySelectorAll("form[data-passkey]").forEach(prepare);
  document.querySelector("[data-without-passkeys]")?.remove();
} else {
  document.querySelector("[data-needs-passkeys]")?.remove();
}
