// live.js: a staff page that tells what happens just now; its content is fetched again in place.
// data-live-s in main: how often, until a page without it comes. A page that has a
// tag (ETag) is asked for with it, so that one that has not changed costs nothing. Without scripts
// one reloads the page. Whoever goes by keys stays on the button or link where they are; nothing
// is put in anew while they are in a field.
(() => {
  "use strict";
  const every = () => Number(document.querySelector("[data-live-s]")?.dataset.liveS);
  const held = () => document.querySelector("main :focus-visible");
  const busy = () => held()?.matches("input, select, textarea");
  const name = (one) => `${one.tagName} ${one.ariaLabel || one.textContent.trim()}`;
  let tag = "";
  const ask = async () => {
    if (document.hidden || busy()) return;
    const known = tag ? { "If-None-Match": tag } : {};
    const answer = await fetch(location.href, { cache: "no-store", headers: known }).catch(() => null);
    if (!answer || !answer.ok || answer.redirected) return;
    const found = answer.headers.get("ETag") || "";
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (busy()) return;
    tag = found;
    const at = held();
    const now = page.querySelector("main");
    document.querySelector("main").replaceWith(now);
    if (at) [...now.querySelectorAll("a[href], button")].find((one) => name(one) === name(at))?.focus();
  };
  const later = () => {
    if (every()) setTimeout(() => ask().finally(later), every() * 1000);
  };
  later();
})();
