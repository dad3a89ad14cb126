// live.js: a staff page that tells what happens just now; its content is fetched again in place.
// data-live-s on main's first child: how often, until a page without it comes. A page that has a
// tag (ETag) is asked for with it, so that one that has not changed costs nothing. Without scripts
// one reloads the page.
(() => {
  "use strict";
  const every = () => Number(document.querySelector("[data-live-s]")?.dataset.liveS);
  let tag = "";
  const ask = async () => {
    if (document.hidden || document.querySelector("main :focus-visible")) return;
    const known = tag ? { "If-None-Match": tag } : {};
    const answer = await fetch(location.href, { cache: "no-store", headers: known }).catch(() => null);
    if (!answer || !answer.ok || answer.redirected) return;
    tag = answer.headers.get("ETag") || "";
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.querySelector("main").replaceWith(page.querySelector("main"));
  };
  const later = () => {
    if (every()) setTimeout(() => ask().finally(later), every() * 1000);
  };
  later();
})();
