// idle.js: nobody touches the screen any more. First a question over the page, then a clean one.
// data-idle-s: how long to wait; data-idle-url: the question as a page, which is shown in a
// dialog here, so that nothing that was typed is lost. data-leave-s of that page: how long.
(() => {
  "use strict";
  const wait_s = Number(document.body.dataset.idleS);
  if (!wait_s) return;
  let timer = 0;

  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, wait_s * 1000);
  };

  // A short tick, not a file: it must sound at once, or not at all.
  const tick = () => {
    try {
      const sound = new AudioContext();
      const tone = sound.createOscillator();
      const volume = sound.createGain();
      volume.gain.value = 0.15;
      tone.frequency.value = 880;
      tone.connect(volume).connect(sound.destination);
      tone.start();
      tone.stop(sound.currentTime + 0.08);
      tone.onended = () => sound.close();
    } catch {
      // A kiosk without a loudspeaker asks with words alone.
    }
  };

  const ask = async () => {
    const address = document.body.dataset.idleUrl;
    let page = null;
    try {
      const answer = await fetch(address, { cache: "no-store" });
      if (answer.ok) page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      // The question has a page of its own.
    }
    const question = page && page.querySelector("main");
    if (!question) {
      location.replace(address);
      return;
    }
    const dialog = document.createElement("dialog");
    dialog.className = "ask ask--idle";
    const words = question.querySelector("h1");
    const heading = document.createElement("h2");
    heading.id = "idle-words";
    heading.textContent = words.textContent;
    words.replaceWith(heading);
    dialog.setAttribute("aria-labelledby", heading.id);
    dialog.append(...question.children);
    document.body.append(dialog);
    dialog.showModal();
    count(dialog, Number(page.body.dataset.leaveS), heading.textContent);
  };

  const count = (dialog, left_s, words) => {
    const figure = dialog.querySelector("[data-left]");
    const until = performance.now() + left_s * 1000;
    let before = left_s;
    tick();
    document.dispatchEvent(new CustomEvent("say", { detail: words }));
    const counting = setInterval(() => {
      const left = Math.max(0, Math.ceil((until - performance.now()) / 1000));
      if (left === before) return;
      before = left;
      if (figure) figure.textContent = String(left);
      if (left % 5 === 0) tick();
      if (!left) {
        clearInterval(counting);
        location.replace("/gone");
      }
    }, 200);
    const stay = () => {
      clearInterval(counting);
      dialog.close();
      dialog.remove();
      again();
    };
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      stay();
    });
    // The first way on is the page that is still there, underneath.
    dialog.querySelector("a.button").addEventListener("click", (event) => {
      event.preventDefault();
      event.stopPropagation();
      delete document.documentElement.dataset.leaving;
      stay();
    });
  };

  for (const sign of ["pointerdown", "keydown", "input"]) {
    document.addEventListener(
      sign,
      () => {
        if (!document.querySelector("dialog.ask--idle")) again();
      },
      { passive: true },
    );
  }
  again();
})();
