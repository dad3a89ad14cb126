// alive.js: a screen whose kiosk process is gone must not look as if it worked.
// Asks every two seconds; after two silences in a row a plain message covers the page, and
// takes the touches, until the process answers again. Then the page is opened anew. A process
// that answers 503 is there and can do nothing: its store cannot be written, and that is said.
(() => {
  "use strict";
  const { alive, gone, goneCode, stopped, stoppedCode } = document.body.dataset;
  if (!alive) return;
  const EVERY_MS = 2000;
  const SILENT_MS = 4000;
  const MOST = 2;
  let silences = 0;
  let cover = null;

  const hide = (said, by) => {
    if (!cover) {
      cover = document.createElement("dialog");
      cover.className = "gone";
      cover.setAttribute("role", "alertdialog");
      cover.setAttribute("aria-labelledby", "gone-words");
      const words = document.createElement("h2");
      words.id = "gone-words";
      const code = document.createElement("p");
      code.className = "soft number";
      cover.append(words, code);
      cover.addEventListener("cancel", (event) => event.preventDefault());
      document.body.append(cover);
      cover.showModal();
    }
    const [words, code] = cover.children;
    if (code.textContent === by) return;
    words.textContent = said;
    code.textContent = by;
  };

  const ask = async () => {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), SILENT_MS);
    try {
      const answer = await fetch(alive, { cache: "no-store", signal: patience.signal });
      silences = 0;
      if (answer.status === 503) {
        hide(stopped, stoppedCode);
      } else if (cover) {
        location.reload();
        return;
      }
    } catch {
      silences += 1;
      if (silences >= MOST && !cover && !document.documentElement.dataset.leaving) {
        hide(gone, goneCode);
      }
    } finally {
      clearTimeout(timer);
    }
    setTimeout(ask, EVERY_MS);
  };
  setTimeout(ask, EVERY_MS);
})();
