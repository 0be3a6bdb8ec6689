// The fast way out, on every person's page: the red button, and Shift three
// times. Order matters: the page is covered, the browser sent away, and only
// then is the session ended by a beacon; /x itself ends it, too.
(() => {
  "use strict";
  const link = document.querySelector("a[data-exit]");
  const away = link && link.dataset.exit;
  const leave = () => {
    // Whatever else runs here must not lead anywhere any more: the session ends
    // while the other site still loads.
    dispatchEvent(new Event("leaving"));
    const over = document.createElement("div");
    over.className = "over";
    document.body.append(over);
    document.title = "";
    document.body.querySelectorAll("main, textarea, input").forEach((e) => { e.hidden = true; });
    // The other site replaces this entry, so that Back does not lead here.
    location.replace(away || "/x");
    if (navigator.sendBeacon) navigator.sendBeacon("/x");
  };
  if (link) link.addEventListener("click", (e) => { e.preventDefault(); leave(); });
  let times = [];
  addEventListener("keydown", (e) => {
    if (e.key !== "Shift") { times = []; return; }
    if (e.repeat) return;
    const now = Date.now();
    times = times.filter((t) => now - t < 2000).concat(now);
    if (times.length >= 3) leave();
  });
  // A page from the browser's memory may show what was closed: fetch it anew.
  addEventListener("pageshow", (e) => { if (e.persisted) location.reload(); });

  // The secret of a link in a mail stands behind #, which browsers send nobody.
  // It leaves the address at once, and reaches us only when somebody presses.
  const secret = document.querySelector("form[data-fragment]");
  if (secret && location.hash.length > 1) {
    secret.elements.key.value = location.hash.slice(1);
    secret.hidden = false;
    history.replaceState(null, "", location.pathname);
  }

  // Print buttons stand only where a script can print.
  document.querySelectorAll("[data-print]").forEach((b) => {
    b.hidden = false;
    b.addEventListener("click", () => window.print());
  });

  // Read to me: a recording if there is one, else the browser's own voice for
  // the language, else no button.
  const voice = () => {
    const tags = { prs: ["prs", "fa-AF"], ckb: ["ckb"], kmr: ["kmr", "ku"] }[document.documentElement.lang] || [document.documentElement.lang];
    return window.speechSynthesis && speechSynthesis.getVoices().find((v) => tags.some((t) => v.lang === t || v.lang.startsWith(t + "-")));
  };
  const ready = () => document.querySelectorAll("[data-read]").forEach((b) => { b.hidden = !(b.dataset.sound || voice()); });
  let sound;
  const hush = () => { if (sound) { sound.pause(); sound = null; } if (window.speechSynthesis) speechSynthesis.cancel(); };
  document.addEventListener("click", (e) => {
    const b = e.target.closest("[data-read]");
    if (!b) return;
    const speaking = b.getAttribute("aria-pressed") === "true";
    hush();
    const words = b.querySelector("span");
    const done = () => { b.setAttribute("aria-pressed", "false"); if (b.dataset.words) words.textContent = b.dataset.words; };
    if (speaking) return done();
    b.dataset.words = b.dataset.words || words.textContent;
    b.setAttribute("aria-pressed", "true");
    words.textContent = b.dataset.stop;
    if (b.dataset.sound) {
      sound = new Audio(b.dataset.sound);
      sound.onended = done;
      sound.play();
      return;
    }
    const text = new SpeechSynthesisUtterance(document.getElementById(b.dataset.read).innerText);
    text.voice = voice();
    text.lang = text.voice.lang;
    text.onend = done;
    speechSynthesis.speak(text);
  });
  // Another step of the same page is another text.
  addEventListener("step", () => { hush(); ready(); });
  ready();
  if (window.speechSynthesis) speechSynthesis.addEventListener("voiceschanged", ready);
})();
