// A page of what the branch may see: it follows what is new, and empties as soon
// as it may not be seen any more. What can't be asked whether it still may is not
// shown either. What is being written stays.
(() => {
  "use strict";
  const main = document.querySelector("main[data-news]");
  if (!main) return;
  const at = main.dataset.news, quiet = { headers: { "X-Quiet": "1" }, cache: "no-store" };
  const soon = 500, late = 30000, often = 10000;
  let over = false, up = false, polling = false, tries = 0, failed = 0, heard = Date.now(), looking = null, again = false, socket;

  const cover = (on) => {
    const what = document.getElementById("seen"), instead = document.getElementById("covered");
    if (!what || !instead) return;
    what.hidden = on;
    instead.hidden = !on;
  };
  const locked = () => {
    const what = document.getElementById("seen");
    if (what) what.replaceChildren(); // their session is over: what they saw is gone, what they typed is not
    up = false;
    dispatchEvent(new Event("locked"));
  };
  const get = async (path, patience) => {
    const r = await fetch(path, { ...quiet, signal: AbortSignal.timeout(patience) });
    if (r.status === 401) { locked(); throw new Error("locked"); }
    return r;
  };
  const look = () => {
    if (looking) { again = true; return looking; }
    looking = (async () => {
      const slow = setTimeout(() => cover(true), soon);
      try {
        const r = await get(at, often);
        if (r.status !== 200 && r.status !== 410 && r.status !== 404) throw new Error(String(r.status));
        const page = new DOMParser().parseFromString(await r.text(), "text/html"), fresh = page.getElementById("main");
        heard = Date.now();
        failed = 0;
        clearTimeout(slow);
        if (r.status === 200) {
          document.getElementById("seen").replaceChildren(...page.getElementById("seen").childNodes);
          main.dataset.state = fresh.dataset.state;
          cover(false);
        } else {
          over = true;
          main.replaceChildren(...fresh.childNodes);
          if (socket) socket.close();
          scrollTo(0, 0);
        }
      } catch {
        if (!over) cover(true); // until it is known that it may be shown
      } finally {
        clearTimeout(slow);
        looking = null;
      }
      if (again && !over) { again = false; await look(); }
    })();
    return looking;
  };
  const ask = async (wait) => {
    try {
      const r = await get(at + "/news?state=" + encodeURIComponent(main.dataset.state) + (wait ? "&wait=1" : ""), wait ? 35000 : often);
      if (r.status !== 200 && r.status !== 204) { await look(); return true; }
      if (r.status === 200) { await look(); return true; }
      heard = Date.now();
      failed = 0;
      if (!looking && !document.getElementById("covered")?.hidden) await look();
      return true;
    } catch {
      if (++failed > 2) cover(true); // one lost request is no lost house
      return false;
    }
  };
  const poll = async () => {
    if (polling) return;
    polling = true;
    while (!up && !over) {
      if (!await ask(true)) await new Promise((go) => setTimeout(go, 2000));
    }
    polling = false;
  };
  setInterval(() => {
    if (over) return;
    if (up) ask(false);
    if (Date.now() - heard > late + (up ? 0 : 35000)) cover(true);
  }, often);
  addEventListener("offline", () => { if (!over) cover(true); });
  addEventListener("online", () => { if (!over) look(); });
  addEventListener("unlocked", () => { if (!over) look().then(open); });
  document.addEventListener("visibilitychange", () => { if (!over && !document.hidden) ask(false); });

  const open = () => {
    if (over || socket && socket.readyState < 2) return;
    const s = socket = new WebSocket(location.origin.replace(/^http/, "ws") + at + "/bell");
    s.onopen = () => { tries = 0; up = true; ask(false); }; // what was missed meanwhile
    s.onmessage = () => { if (!over) look(); };
    s.onclose = (e) => {
      up = false;
      if (over) return;
      if (e.code === 4401) { locked(); return; }
      tries++;
      poll();
      setTimeout(open, Math.min(30000, 500 * Math.pow(2, tries)) * (0.5 + Math.random() / 2));
    };
  };
  open();
})();
