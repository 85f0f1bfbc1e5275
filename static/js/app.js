// What pages do beyond HTML. Everything here is an addition: each form works without it.
(function () {
  "use strict";

  const each = (root, selector, act) => root.querySelectorAll(selector).forEach(act);

  // A letter's link brings its code along; the button sends it.
  each(document, "form[data-code-from-link] input[name=code]", (field) => {
    if (!field.value) field.value = location.hash.slice(1);
  });

  // --- Toasts ---

  // Its words stand in the page.
  function toast(name, tone = "bad", filling = "") {
    const region = document.getElementById("toasts");
    const text = region?.dataset[`word${name}`].replace("{}", filling);
    if (!text || region.querySelector(`[data-text="${CSS.escape(text)}"]`)) return;
    const box = document.createElement("div");
    const words = document.createElement("span");
    const close = document.createElement("button");
    box.className = "toast";
    box.dataset.text = text;
    box.dataset.tone = tone;
    box.setAttribute("role", tone === "bad" ? "alert" : "status");
    words.textContent = text;
    close.className = "button button-quiet button-small";
    close.textContent = region.dataset.wordClose;
    close.onclick = () => box.remove();
    box.append(words, close);
    region.append(box);
    // A failure stays until it is closed; good news leaves when nobody looks at it.
    if (tone !== "bad") fade(box);
  }

  function fade(box) {
    let timer = 0;
    const start = () => { timer = setTimeout(() => box.remove(), 6000); };
    const stop = () => clearTimeout(timer);
    box.onmouseenter = stop;
    box.onmouseleave = start;
    box.addEventListener("focusin", stop);
    box.addEventListener("focusout", start);
    start();
  }

  function failed(event) {
    const answer = event.detail.xhr;
    const id = answer?.getResponseHeader("X-Request-ID");
    const wait = answer?.getResponseHeader("Retry-After");
    if (answer?.status === 403) return toast("Stale");
    if (wait) return toast("Often", "bad", wait);
    // A poll is tried again: one line for all.
    toast(answer?.status ? "Wrong" : navigator.onLine ? "Offline" : "Kept", "bad", id || answer?.status);
  }

  // --- Polling: often while something happens, rarely after that, never unseen ---

  const LIVELY = 20;
  let ticks = 0;
  let next = 0;

  function pace() {
    const asked = document.querySelector("[data-poll]");
    if (!asked) return 60000;
    return ticks < LIVELY || "steady" in asked.dataset ? asked.dataset.poll * 1000 : 60000;
  }

  function poll() {
    clearTimeout(next);
    if (document.visibilityState === "visible") {
      ticks += 1;
      each(document, "[data-poll]", (place) => place.dispatchEvent(new Event("poll")));
    }
    next = setTimeout(poll, pace());
  }

  function wake() {
    ticks = 0;
    clearTimeout(next);
    next = setTimeout(poll, pace());
  }

  function announce(place) {
    const region = document.getElementById("live");
    const words = place.dataset?.announce;
    if (region && words && region.textContent !== words) region.textContent = words;
  }

  // --- A conversation is read from its end, and stays there ---

  let wasAtEnd = false;

  function toEnd() {
    document.getElementById("newest")?.scrollIntoView();
  }

  // --- A swap leaves tables open and scrolled (htmx: the focus, by id) ---

  let scrolled = [];

  function keep({detail}) {
    each(document, "details[id][open]", ({id}) => {
      detail.serverResponse = detail.serverResponse.replace(`id="${id}"`, "$& open");
    });
    scrolled = [...document.querySelectorAll("[id][tabindex]")].map((place) => [place.id, place.scrollTop]);
  }

  // --- Countdowns ---

  function count() {
    each(document, "time[data-countdown]", (clock) => {
      const left = Math.round((Date.parse(clock.dateTime) - Date.now()) / 1000);
      const text = left > 0 ? `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}` : "expired";
      if (text === "expired" && clock.textContent !== text) wake();
      clock.textContent = text;
    });
  }

  // --- Time zone ---

  function zones(root) {
    const here = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
    each(root, "input[data-zone]", (field) => { field.value = field.value || here; });
    each(root, "[data-zone-offer]", (offer) => {
      const select = document.getElementById(offer.dataset.zoneOffer);
      const known = select && [...select.options].some((option) => option.value === here);
      if (!known || select.value === here) return;
      offer.querySelector("[data-zone-name]").textContent = here.replaceAll("_", " ");
      offer.hidden = false;
      offer.querySelector("button").addEventListener("click", () => {
        select.value = here;
        offer.hidden = true;
        select.focus();
      });
    });
  }

  // --- Forms ---

  function focusError(root) {
    (root.querySelector('[aria-invalid="true"]') || root.querySelector("[data-summary]"))?.focus();
  }

  function busy(form) {
    // After the browser has read the form: a disabled button would lose its value.
    setTimeout(() => {
      each(form, "button:not([type=button])", (button) => {
        button.disabled = true;
        setTimeout(() => { button.disabled = false; }, 10000);
      });
    });
  }

  function prepare(root) {
    each(root, "[data-scripted]", (place) => { place.hidden = false; });
    zones(root);
    focusError(root);
    count();
  }

  document.addEventListener("click", (event) => {
    const asked = event.target.closest("[data-copy], [data-open], [data-close]");
    if (!asked) return;
    const copy = asked.dataset.copy;
    if (copy) {
      const all = copy[0] === "#" ? document.querySelector(copy).innerText : copy;
      navigator.clipboard.writeText(all).then(() => toast("Copied", "ok"), () => toast("Blocked"));
    } else if (asked.dataset.open) {
      event.preventDefault();
      document.getElementById(asked.dataset.open).showModal();
    } else {
      asked.closest("dialog").close();
    }
  });

  document.addEventListener("click", (event) => {
    each(document, "details.menu[open]", (menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    if (event.target.matches("dialog.drawer")) event.target.close();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") each(document, "details.menu[open]", (menu) => {
      if (menu.contains(event.target)) menu.firstElementChild.focus();
      menu.open = false;
    });
    const area = event.target.closest("textarea[data-send]");
    if (area && event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      area.form.requestSubmit(area.form.querySelector("[data-default]"));
    }
  });

  document.addEventListener("submit", (event) => {
    if (!navigator.onLine) {
      event.preventDefault();
      toast("Kept");
    } else if (!event.target.hasAttribute("hx-post")) busy(event.target);
  });
  document.addEventListener("visibilitychange", () => {
    ticks = 0;
    poll();
  });
  window.addEventListener("pageshow", () => {
    each(document, "form button[disabled]", (button) => { button.disabled = false; });
  });

  document.addEventListener("DOMContentLoaded", () => {
    prepare(document);
    setInterval(count, 1000);
    if (!location.hash) toEnd();
    wake();
    document.addEventListener("htmx:afterSwap", () => {
      scrolled.forEach(([id, top]) => document.getElementById(id)?.scrollTo(0, top));
    });
    document.addEventListener("htmx:beforeSwap", (event) => {
      keep(event);
      wasAtEnd = innerHeight + scrollY > document.documentElement.scrollHeight - 120;
      // A session that ended meanwhile: go and sign in.
      if (event.detail.xhr.responseURL.includes("/accounts/login/")) {
        event.detail.shouldSwap = false;
        location.reload();
      }
    });
    document.addEventListener("htmx:afterSettle", (event) => {
      announce(event.detail.elt);
      prepare(event.detail.elt);
      if (wasAtEnd) toEnd();
      wake();
    });
    ["htmx:responseError", "htmx:sendError", "htmx:timeout"].forEach((name) => document.addEventListener(name, failed));
  });
})();
