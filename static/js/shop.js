// Every page of the shop: time runs down, a button is pressed once. All of it works without.
"use strict";
for (const box of document.querySelectorAll("[data-left]")) {
  const words = box.querySelector("[data-held]");
  const ends = Date.now() + Number(box.dataset.left) * 1000;
  const timer = setInterval(tick, 1000);
  function tick() {
    const left = Math.max(0, Math.round((ends - Date.now()) / 1000));
    const shown = left > 60
      ? box.dataset.minutes.replace("{min}", Math.floor(left / 60))
      : box.dataset.seconds.replace("{s}", left);
    const said = left ? shown : box.dataset.over;
    if (words.textContent !== said) words.textContent = said;
    box.classList.toggle("held--late", left <= 60);
    if (!left) clearInterval(timer);
  }
  tick();
}
// The second click of a double click would only find what the first one made.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", () => {
    setTimeout(() => form.querySelectorAll("button").forEach((b) => { b.disabled = true; }), 0);
  });
}
addEventListener("pageshow", (shown) => {
  if (shown.persisted) location.reload();
});
