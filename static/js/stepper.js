// stepper.js: fewer and more without a round trip. One more than there can be asks the kiosk,
// which says why.
(() => {
  "use strict";
  const form = document.getElementById("party");
  const types = form && form.querySelector("[data-most]");
  if (!types) return;
  const most = Number(types.dataset.most);
  const steppers = [...types.querySelectorAll("[data-stepper]")].map((box) => ({
    box,
    fewer: box.querySelector("[name=fewer]"),
    more: box.querySelector("[name=more]"),
    shown: box.querySelector("output"),
    sent: box.querySelector("input"),
  }));
  const sum = () => steppers.reduce((all, one) => all + Number(one.sent.value), 0);
  const show = () => {
    for (const one of steppers) {
      const count = Number(one.sent.value);
      one.shown.textContent = count;
      one.fewer.disabled = count === 0;
      one.box.classList.toggle("stepper--some", count > 0);
    }
  };
  for (const one of steppers) {
    const step = (by) => (event) => {
      if (by > 0 && sum() >= most) return;
      event.preventDefault();
      one.sent.value = Math.max(0, Number(one.sent.value) + by);
      show();
    };
    one.fewer.addEventListener("click", step(-1));
    one.more.addEventListener("click", step(1));
  }
})();
