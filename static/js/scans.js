// scans.js: a code shown to the camera takes the page over, without a touch.
(() => {
  "use strict";
  const body = document.body;
  if (!body.dataset.scans) return;
  let after = Number(body.dataset.scanned) || 0;
  // Where the page invites to the camera, it also says what would help it.
  const words = document.querySelector("[data-sight]");
  const listen = async () => {
    for (;;) {
      try {
        const sight = words ? `&sight=${words.dataset.sight}` : "";
        const answer = await fetch(`${body.dataset.scans}?after=${after}&wait=20${sight}`, {
          cache: "no-store",
        });
        const news = await answer.json();
        if (news.url && news.id > after) {
          location.assign(news.url);
          return;
        }
        after = Math.max(after, news.id || 0);
        if (words && news.sight !== words.dataset.sight) {
          words.dataset.sight = news.sight;
          words.textContent = news.words || words.dataset.well;
        }
        // Where all places to wait are taken, the answer comes at once.
        await new Promise((done) => setTimeout(done, 250));
      } catch {
        await new Promise((done) => setTimeout(done, 1000));
      }
    }
  };
  // The page first; waiting afterwards, so that the first touch meets an idle line.
  setTimeout(listen, 50);
})();
