// live.js: a staff page that tells what happens just now; its content is fetched again in place.
// data-live-s on main's first child: how often. Without scripts one reloads the page.
(() => {
  "use strict";
  const every = Number(document.querySelector("[data-live-s]")?.dataset.liveS);
  if (!every) return;
  setInterval(async () => {
    if (document.hidden || document.querySelector("main :focus-visible")) return;
    const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
    if (!answer || !answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.querySelector("main").replaceWith(page.querySelector("main"));
  }, every * 1000);
})();
