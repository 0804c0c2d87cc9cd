// Where a link may lead within the site, as the server tells it, and how that is said in words.

const ADDRESS = "/admin/pages/page/link-targets/";
let known;

/** {pages, facts}, asked for once; again if that failed, or `anew`. Null if it cannot be read, as when signed out. */
export async function targets({ anew = false } = {}) {
  if (!known || anew) known = ask();
  const found = await known;
  if (!found) known = undefined;
  return found;
}

async function ask() {
  try {
    const answer = await fetch(ADDRESS, { headers: { Accept: "application/json" } });
    return answer.ok && !answer.redirected ? await answer.json() : null;
  } catch {
    return null;
  }
}

export function inWords(href, { pages = [], facts = [] } = {}) {
  const [scheme, name] = href.split(/:(.*)/s);
  if (scheme === "page") {
    const page = pages.find(({ id }) => String(id) === name);
    if (!page) return "Leads to a page that is no longer there. Visitors see the words without a link.";
    const rest = page.state ? ` (${page.state}: visitors see the words without a link)` : "";
    return `Leads to the page “${page.title}”${rest}`;
  }
  if (scheme === "fact") {
    const fact = facts.find(({ token }) => token === name);
    if (!fact) return "Stands for a fact that is not filled in. Visitors see the words as they are.";
    return `Always shows what is true: ${fact.label}, now ${fact.words}`;
  }
  return `Leads to ${scheme === "mailto" || scheme === "tel" ? name : href}`;
}

/** What a person types as an address, as it is stored; empty where it leads nowhere. */
export function addressOf(typed) {
  const text = typed.trim().replace(/^http:\/\//i, "https://");
  if (/^(https:\/\/\S+\.\S+|mailto:\S+@\S+|tel:\+?[\d.()-]+|\/(?!\/)\S*)$/i.test(text)) return text;
  if (/^[^\s@/]+@[^\s@]+\.[^\s@]+$/.test(text)) return `mailto:${text}`;
  if (/^\+?[\d\s().-]{6,}$/.test(text)) return `tel:${text.replace(/[^\d+]/g, "")}`;
  return /^[\w-]+(\.[\w-]+)+(:\d+)?(\/\S*)?$/.test(text) ? `https://${text}` : "";
}
