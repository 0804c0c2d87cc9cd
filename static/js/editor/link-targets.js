// Load the possible targets of links from the server, and describe a link in words.

const ADDRESS = "/admin/pages/page/link-targets/";
let cached;

/** Resolves to {pages, facts}, or null if they cannot be loaded. They are cached unless `reload` is set or it failed. */
export async function targets({ reload = false } = {}) {
  if (!cached || reload) cached = load();
  const result = await cached;
  if (!result) cached = undefined;
  return result;
}

async function load() {
  try {
    const response = await fetch(ADDRESS, { headers: { Accept: "application/json" } });
    return response.ok && !response.redirected ? await response.json() : null;
  } catch {
    return null;
  }
}

export function describeLink(href, { pages = [], facts = [] } = {}) {
  const [scheme, name] = href.split(/:(.*)/s);
  if (scheme === "page") {
    const page = pages.find(({ id }) => String(id) === name);
    if (!page) return "Leads to a page that no longer exists. Visitors see the words without a link.";
    const note = page.state ? ` (${page.state}: visitors see the words without a link)` : "";
    return `Leads to the page “${page.title}”${note}`;
  }
  if (scheme === "fact") {
    const fact = facts.find(({ token }) => token === name);
    if (!fact) return "Shows a fact that has not been entered. Visitors do not see this line.";
    return `Always shows the current value: ${fact.label}, now ${fact.words}`;
  }
  return `Leads to ${scheme === "mailto" || scheme === "tel" ? name : href}`;
}

/** Normalises a typed address to what is stored; empty if it is not an address. */
export function addressOf(typed) {
  const text = typed.trim().replace(/^http:\/\//i, "https://");
  if (/^(https:\/\/\S+\.\S+|mailto:\S+@\S+|tel:\+?[\d.()-]+|\/(?!\/)\S*)$/i.test(text)) return text;
  if (/^[^\s@/]+@[^\s@]+\.[^\s@]+$/.test(text)) return `mailto:${text}`;
  if (/^\+?[\d\s().-]{6,}$/.test(text)) return `tel:${text.replace(/[^\d+]/g, "")}`;
  return /^[\w-]+(\.[\w-]+)+(:\d+)?(\/\S*)?$/.test(text) ? `https://${text}` : "";
}
