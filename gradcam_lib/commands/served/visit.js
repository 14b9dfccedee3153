// Tells a visitor that his place on the server is about to go, or why it has gone: the server is asked every few seconds.

window.visited = true;
(() => {
  const EVERY = 10, LOST = 2; // seconds; questions in a row that stay without an answer until that is said
  const page = JSON.parse(document.getElementById("jupyter-config-data").textContent);
  const about = (what) => `${page.baseUrl}voila/api/${what}/${page.kernelId}`;
  const box = document.createElement("div");
  let used = true, unanswered = 0, clock = 0, over = false;

  box.hidden = true;
  box.setAttribute("role", "alert");
  box.style.cssText = "position:sticky; top:0; z-index:1000; padding:12px 20px; background:#7c2d12; color:#fff";
  box.style.font = "16px/1.4 system-ui, sans-serif";
  document.body.prepend(box);

  function say(text) {
    if (box.dataset.text === text) return; // or a screen reader would read it again
    box.dataset.text = text;
    box.hidden = !text;
    box.replaceChildren(text);
    if (!over) return;
    const again = document.createElement("button");
    again.type = "button";
    again.textContent = "Load the page again";
    again.style.cssText = "margin-left:12px; padding:4px 12px; font:inherit";
    again.addEventListener("click", () => location.reload());
    box.append(again);
  }

  async function ask() {
    clearTimeout(clock);
    const now = used;
    used = false;
    try {
      const answer = await fetch(`${about("visit")}?used=${Number(now)}`, { cache: "no-store" });
      if (!answer.ok) throw new Error(answer.status);
      const told = await answer.json();
      [unanswered, over] = [0, told.over];
      say(told.says);
    } catch {
      used ||= now; // the server does not know of it
      unanswered += 1;
      if (unanswered >= LOST) say(`The server does not answer. This page asks again every ${EVERY} seconds.`);
    }
    if (over) document.querySelector(".app")?.setAttribute("inert", ""); // nobody hears its buttons any more
    else clock = setTimeout(ask, EVERY * 1000);
  }

  for (const kind of ["pointerdown", "pointermove", "keydown", "wheel", "touchmove"])
    addEventListener(kind, () => {
      const first = !used;
      used = true;
      if (first && box.dataset.text && !over) ask(); // a warning goes at once
    }, { capture: true, passive: true });
  addEventListener("visibilitychange", () => document.hidden || over || ask());
  addEventListener("pageshow", (event) => event.persisted && ask());
  addEventListener("pagehide", () => navigator.sendBeacon(about("shutdown"))); // Voilà's own word for it fails on telephones
  ask();

  // A picture that is dropped or pasted beside the widgets is meant for them; a browser would leave the page for it.
  const app = () => document.querySelector(".app");
  addEventListener("dragover", (event) => event.dataTransfer.types.includes("Files") && event.preventDefault());
  addEventListener("drop", (event) => {
    const { dataTransfer } = event;
    if (!dataTransfer.files.length) return;
    event.preventDefault();
    app()?.dispatchEvent(new DragEvent("drop", { dataTransfer, cancelable: true }));
  });
  addEventListener("paste", (event) => {
    const { clipboardData, target } = event;
    if (clipboardData.files.length && !app()?.contains(target))
      app()?.dispatchEvent(new ClipboardEvent("paste", { clipboardData, cancelable: true }));
  });
})();
