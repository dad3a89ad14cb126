// alive.js: a screen whose kiosk process is gone must not look as if it worked.
// Asks every two seconds; after two silences in a row a plain message covers the page, and
// takes the touches, until the process answers again. Then the page is opened anew.
(() => {
  "use strict";
  const { alive, gone, goneCode } = document.body.dataset;
  if (!alive) return;
  const EVERY_MS = 2000;
  const SILENT_MS = 4000;
  const MOST = 2;
  let silences = 0;
  let cover = null;

  const hide = () => {
    cover = document.createElement("dialog");
    cover.className = "gone";
    cover.setAttribute("role", "alertdialog");
    cover.setAttribute("aria-labelledby", "gone-words");
    const words = document.createElement("h2");
    words.id = "gone-words";
    words.textContent = gone;
    const code = document.createElement("p");
    code.className = "soft number";
    code.textContent = goneCode;
    cover.append(words, code);
    cover.addEventListener("cancel", (event) => event.preventDefault());
    document.body.append(cover);
    cover.showModal();
  };

  const ask = async () => {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), SILENT_MS);
    try {
      await fetch(alive, { cache: "no-store", signal: patience.signal });
      if (cover) {
        location.reload();
        return;
      }
      silences = 0;
    } catch {
      silences += 1;
      if (silences >= MOST && !cover && !document.documentElement.dataset.leaving) hide();
    } finally {
      clearTimeout(timer);
    }
    setTimeout(ask, EVERY_MS);
  };
  setTimeout(ask, EVERY_MS);
})();
