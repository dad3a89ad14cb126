// calls.js: guests who call from a kiosk appear on a staff page that is open already.
(() => {
  "use strict";
  const EVERY_S = 5;
  const strip = () => document.getElementById("calls");
  if (!strip()) return;
  const title = document.title;
  const here = location.pathname + location.search;
  const say = () => {
    const count = strip().querySelectorAll(".call").length;
    document.title = count ? `(${count}) ${title}` : title;
  };
  setInterval(async () => {
    if (strip().contains(document.activeElement)) return;
    const answer = await fetch(strip().dataset.live, { cache: "no-store" }).catch(() => null);
    if (!answer || !answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.getElementById("calls");
    if (!now) return;
    for (const field of now.querySelectorAll("input[name=page]")) field.value = here;
    if (now.textContent !== strip().textContent) strip().replaceWith(now);
    say();
  }, EVERY_S * 1000);
  say();
})();
