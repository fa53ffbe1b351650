// Small conveniences. Every page works without them.
(() => {
  "use strict";

  // A changed choice sends its form at once.
  document.addEventListener("change", (event) => {
    const field = event.target.closest("[data-submit]");
    if (field && field.form) field.form.requestSubmit();
  });

  // Only one panel is open; a click elsewhere or Escape closes it.
  const closePanels = (except) => {
    for (const panel of document.querySelectorAll("details[data-panel][open]")) {
      if (panel !== except) panel.open = false;
    }
  };
  document.addEventListener("click", (event) => closePanels(event.target.closest("details[data-panel]")));

  // Questions before what cannot be undone.
  document.addEventListener("submit", (event) => {
    const question = event.target.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
  });

  // Copy buttons show only where copying works.
  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      const before = button.textContent;
      button.textContent = button.dataset.done;
      setTimeout(() => { button.textContent = before; }, 1500);
    });
  }

  // Keys: `/` searches, `g` and a letter goes, `[` and `]` step through periods.
  let isGoing = false;
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closePanels(null);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea, [contenteditable]")) return;
    const wanted = isGoing ? `.menu [data-key="${CSS.escape(event.key)}"]` : `.bar [data-key="${CSS.escape(event.key)}"]`;
    isGoing = !isGoing && event.key === "g";
    const target = document.querySelector(wanted);
    if (target) { event.preventDefault(); target.click(); }
  });

  // Files that are dropped on an upload form go into its field, and it is sent.
  for (const form of document.querySelectorAll("form[data-drop]")) {
    const field = form.querySelector("input[type=file]");
    const place = form.querySelector(".drop");
    if (!field || !place) continue;
    place.querySelector(".drop-here").hidden = false;
    const mark = (isOver) => place.classList.toggle("is-over", isOver);
    document.addEventListener("dragover", (event) => { event.preventDefault(); mark(true); });
    document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) mark(false); });
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      mark(false);
      if (!event.dataTransfer.files.length) return;
      field.files = event.dataTransfer.files;
      form.requestSubmit();
    });
  }

  // Progress of an import: a fragment that is fetched until it says that it is the last.
  const follow = async (box) => {
    try {
      const answer = await fetch(box.dataset.progress, { headers: { "X-Requested-With": "fetch" } });
      if (answer.ok) {
        box.replaceChildren(new DOMParser().parseFromString(await answer.text(), "text/html").body.firstElementChild);
        if (answer.headers.get("X-Finished")) { window.location.reload(); return; }
      } else if (answer.status === 401) { window.location.reload(); return; }
    } catch { /* the network is away for a moment: the next try comes */ }
    setTimeout(() => follow(box), 1500);
  };
  for (const box of document.querySelectorAll("[data-progress]")) follow(box);
})();
