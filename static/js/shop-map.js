// A touch on a seat ticks its box; what is chosen is said, with its price.
"use strict";
const picks = document.getElementById("picks");
const bar = picks?.querySelector(".chosen");
if (bar) {
  const said = bar.querySelector("[data-chosen]");
  const boxes = new Map([...picks.querySelectorAll("input[name=seat]")].map((b) => [b.value, b]));
  const rects = new Map([...picks.querySelectorAll("[data-seat]")].map((r) => [r.dataset.seat, r]));
  // Without a currency nothing is paid, so no sum is told.
  const money = bar.dataset.currency && new Intl.NumberFormat(
    document.documentElement.lang === "da" ? "da-DK" : "en-GB",
    { style: "currency", currency: bar.dataset.currency },
  );
  const places = () => money.resolvedOptions().maximumFractionDigits;
  const show = () => {
    const mine = [...boxes.values()].filter((b) => b.checked);
    for (const [seat, rect] of rects) rect.classList.toggle("mine", boxes.get(seat)?.checked);
    const sum = mine.reduce((all, b) => all + Number(b.dataset.price), 0);
    const names = mine.map((b) => b.getAttribute("aria-label").split(",")[0]).join(", ");
    const told = money ? `${names}: ${money.format(sum / 10 ** places())}` : names;
    said.textContent = mine.length ? told : bar.dataset.none;
    bar.querySelector("button").disabled = !mine.length;
  };
  const allow = (box) => {
    const mine = [...boxes.values()].filter((b) => b.checked).length;
    if (mine <= Number(bar.dataset.most)) return show();
    box.checked = false;
    said.textContent = bar.dataset.many;
  };
  picks.addEventListener("click", (event) => {
    const rect = event.target.closest("[data-seat]");
    if (rect) {
      event.preventDefault();
      const box = boxes.get(rect.dataset.seat);
      box.checked = !box.checked;
      allow(box);
    } else if (event.target.closest("svg a")) {
      event.preventDefault();
    }
  });
  picks.addEventListener("change", (event) => allow(event.target));
  const picture = picks.querySelector(".picture");
  if (picture) picture.scrollLeft = (picture.scrollWidth - picture.clientWidth) / 2;
  show();
  const mine = picture?.querySelector("[data-seat].mine")?.getBoundingClientRect();
  if (mine) {
    const box = picture.getBoundingClientRect();
    picture.scrollLeft += mine.x - box.x - picture.clientWidth / 2;
    picture.scrollTop += mine.y - box.y - picture.clientHeight / 2;
  }
}
