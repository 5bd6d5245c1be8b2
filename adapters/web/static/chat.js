// The chat's behaviour: send words and presses, receive messages as they come. The server makes all the HTML.
"use strict";

const body = document.body;
const log = document.getElementById("log");
const words = document.getElementById("words");
const state = document.getElementById("state");
const newer = document.getElementById("newer");
const here = body.dataset.in;
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
const title = document.title;
const hint = words.placeholder;

let ahead = 0; // milliseconds the coach's clock is ahead of this machine's
let missed = 0; // messages that came while nobody looked
let anchor = null; // the message that what is new begins with
let failed = null; // the turn that did not get through, to be tried again

// --- time ---------------------------------------------------------------------------------------------------

const clockTime = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const wholeDay = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric" });
const shortDay = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long" });
const dayOf = (instant) => shortDay.format(new Date(instant)).replace(",", "");

function setClock(iso) {
  ahead = new Date(iso).getTime() - Date.now();
  showToday();
}

function showToday() {
  const days = Math.round(ahead / 86400000);
  document.getElementById("today").textContent = wholeDay.format(new Date(Date.now() + ahead)).replace(",", "");
  document.getElementById("ahead").textContent = days > 0 ? `moved ${days} ${days === 1 ? "day" : "days"} ahead` : "";
}

function showTimes(message) {
  for (const time of message.querySelectorAll("time")) {
    time.textContent = clockTime.format(new Date(time.dateTime));
  }
}

// --- the conversation -----------------------------------------------------------------------------------------

const messages = () => [...log.querySelectorAll(".message")];

function showDays() {
  for (const old of log.querySelectorAll(".day")) old.remove();
  let last = dayOf(Date.now() + ahead);
  if (messages().length && dayOf(messages()[0].dataset.at) !== last) last = "";
  for (const message of messages()) {
    const day = dayOf(message.dataset.at);
    if (day !== last) {
      const rule = document.createElement("p");
      rule.className = "day";
      rule.textContent = day;
      message.before(rule);
    }
    last = day;
  }
}

// A question falls quiet once the person said something after it, or its conversation asks something newer.
function settle() {
  const newest = new Map();
  let answered = false;
  for (const message of messages().reverse()) {
    const conversation = message.dataset.conversation;
    if (message.classList.contains("own")) answered = true;
    const asks = message.querySelector(".ask") !== null;
    message.classList.toggle("settled", Boolean(conversation) && (newest.has(conversation) || (asks && answered)));
    if (conversation) newest.set(conversation, message);
  }
  const open = log.querySelector(".message:not(.settled) .ask") !== null;
  words.placeholder = open ? "Your answer, in your own words" : hint;
}

const atEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 80;

// Show the end, but never scroll the beginning of what is new out of sight.
function toEnd() {
  const end = log.scrollHeight - log.clientHeight;
  const top = anchor?.isConnected ? anchor.offsetTop - log.offsetTop - 16 : end;
  log.scrollTop = Math.min(end, top);
  newer.hidden = atEnd();
}

// A keyboard that comes up, or a turned phone, must not hide the question that was in sight.
let pinned = true;
new ResizeObserver(() => { if (pinned) log.scrollTop = log.scrollHeight; }).observe(log);

// Messages of one speaker in a row share one line of name and time.
function group() {
  let before = null;
  for (const message of messages()) {
    const same = before && message.className.replace(/ (fresh|settled|joined)/g, "") === before.className.replace(/ (fresh|settled|joined)/g, "");
    const soon = before && new Date(message.dataset.at) - new Date(before.dataset.at) < 300000;
    message.classList.toggle("joined", Boolean(same && soon && message.previousElementSibling === before));
    before = message;
  }
}

function receive(told) {
  if (told.place !== here) return markUnread(told.place, told.id);
  const made = new DOMParser().parseFromString(told.html, "text/html").querySelector(".message");
  const old = document.getElementById(made.id);
  showTimes(made);
  if (old) {
    if (old.dataset.html === told.html) return;
    made.dataset.html = told.html;
    if (old.contains(document.activeElement)) words.focus({ preventScroll: true });
    old.replaceWith(made);
    anchor = made === messages().pop() ? made : null;
  } else {
    const stick = atEnd() || told.own || body.classList.contains("waiting");
    made.dataset.html = told.html;
    made.classList.add("fresh");
    document.getElementById("hello")?.remove();
    log.append(made);
    if (told.own || !anchor || !body.classList.contains("waiting")) anchor = made;
    showDays();
    if (stick) toEnd(); else newer.hidden = false;
    if (!told.own) notice();
  }
  settle();
  group();
  rememberSeen();
}

function notice() {
  if (!document.hidden) return;
  missed += 1;
  document.title = `(${missed}) ${title}`;
}

// --- other places -------------------------------------------------------------------------------------------

const seenKey = (place) => `seen:${body.dataset.person}:${place}`;
const unread = new Map();

function markUnread(place, id) {
  const row = document.querySelector(`[data-place="${place}"]`);
  if (!row || id <= Number(localStorage.getItem(seenKey(place)) || 0)) return;
  if (!unread.has(place)) unread.set(place, new Set());
  unread.get(place).add(id);
  const badge = row.querySelector(".unread");
  badge.textContent = `${unread.get(place).size}`;
  badge.setAttribute("aria-label", "new messages");
  badge.hidden = false;
  document.querySelector("#menu .dot").hidden = false;
  pointTo(row);
  notice();
}

function pointTo(row) {
  if (failed) return;
  const link = document.createElement("a");
  link.href = row.href;
  link.textContent = row.querySelector(".name").textContent;
  say("Something new in ", "new");
  state.append(link);
}

function rememberSeen() {
  const last = Math.max(0, ...messages().map((m) => Number(m.dataset.id)));
  localStorage.setItem(seenKey(here), String(last));
}

function showUnread() {
  for (const row of document.querySelectorAll("[data-place]")) {
    const last = Number(row.dataset.last);
    if (row.dataset.place !== here && last > 0 && localStorage.getItem(seenKey(row.dataset.place)) !== null) {
      markUnread(row.dataset.place, last);
    }
  }
}

// --- taking a turn --------------------------------------------------------------------------------------------

function identifier() {
  return crypto.randomUUID();
}

// One quiet line above the words; ``kind`` lets each of its writers take back its own line and no other.
function say(text, kind) {
  state.textContent = text;
  state.dataset.kind = kind;
}

function hush(kind) {
  if (state.dataset.kind === kind) say("", "");
}

async function take(act, from = null) {
  const turn = { event: identifier(), as: body.dataset.as, role: body.dataset.role, in: here, zone, ...act };
  await send(turn, from);
}

async function send(turn, from) {
  failed = null;
  anchor = null;
  body.classList.add("waiting");
  from?.setAttribute("aria-busy", "true");
  const slow = setTimeout(() => { if (!state.textContent) say("The coach is thinking…", "thinking"); }, 500);
  say("", "");
  try {
    const answer = await fetch("/chat/turn", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(turn),
    });
    const told = await answer.json();
    clearTimeout(slow);
    if (answer.ok) hush("thinking"); else fail(told.error, turn, from);
  } catch {
    clearTimeout(slow);
    fail("The coach can’t be reached. Your words are kept here; check that it is running.", turn, from);
  } finally {
    from?.removeAttribute("aria-busy");
    setTimeout(() => body.classList.remove("waiting"), 1500);
    if (from && !from.closest(".fields")) words.focus({ preventScroll: true });
  }
}

// What did not get through is put back, and goes out under the same number, so that it is never taken twice.
function fail(sentence, turn, from) {
  failed = { text: turn.text, again: () => send(turn, from) };
  if (turn.act === "say" && !from && !words.value) keep(turn.text);
  say(sentence, "wrong");
  const again = document.createElement("button");
  again.type = "button";
  again.className = "btn";
  again.textContent = "Try again";
  again.addEventListener("click", () => {
    if (words.value === failed?.text) keep("");
    failed?.again();
  });
  state.append(again);
}

const messageOf = (control) => {
  const message = control.closest(".message");
  return message ? Number(message.dataset.id) : null;
};

function answers(form) {
  const made = {};
  for (const field of form.querySelectorAll("[data-key]")) {
    const picked = [...field.querySelectorAll("input:checked")].map((i) => i.value);
    if (field.dataset.kind === "many") made[field.dataset.key] = picked;
    else if (field.dataset.kind === "pick") {
      if (picked.length) made[field.dataset.key] = { pick: picked[0] };
      else if ("optional" in field.dataset) made[field.dataset.key] = "";
    } else {
      const typed = field.querySelector("input, textarea").value;
      if (typed.trim() || "optional" in field.dataset) made[field.dataset.key] = typed;
    }
  }
  return made;
}

// Half-typed words wait in their place until the person comes back to it.
const draftKey = `draft:${body.dataset.person}:${here}`;

function keep(text) {
  words.value = text;
  sessionStorage.setItem(draftKey, text);
}

function sendWords() {
  const text = words.value;
  if (!text.trim()) return;
  keep("");
  toEnd();
  if (failed?.text === text) failed.again(); else take({ act: "say", text });
}

async function copy(control) {
  const quote = control.parentElement.querySelector("blockquote");
  const kept = quote.cloneNode(true);
  for (const struck of kept.querySelectorAll("del")) struck.remove();
  try {
    await navigator.clipboard.writeText(kept.textContent);
    control.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(quote);
    control.textContent = "Selected; copy it with your keyboard";
  }
  setTimeout(() => { control.textContent = "Copy text"; }, 2500);
}

document.addEventListener("click", (click) => {
  const control = click.target.closest("button");
  if (!control || control.getAttribute("aria-busy")) return;
  const set = control.dataset;
  if (set.press !== undefined) take({ act: "press", value: set.press, message: messageOf(control) }, control);
  else if (set.home !== undefined) take({ act: "home" }, control);
  else if (set.say !== undefined) take({ act: "say", text: set.say }, control);
  else if (set.skip !== undefined) {
    take({ act: "submit", conversation: Number(set.conversation), answers: { [set.skip]: "" }, message: messageOf(control) }, control);
  } else if (set.fill !== undefined) {
    keep(set.fill);
    words.focus();
  } else if (set.copy !== undefined) copy(control);
});

document.addEventListener("submit", (submit) => {
  const form = submit.target;
  if (form.id === "composer") {
    submit.preventDefault();
    sendWords();
  } else if (form.dataset.submit !== undefined) {
    submit.preventDefault();
    const button = form.querySelector("button:not([type])");
    take({ act: "submit", conversation: Number(form.dataset.submit), answers: answers(form), message: messageOf(form) }, button);
  }
});

words.addEventListener("input", () => sessionStorage.setItem(draftKey, words.value));

words.addEventListener("keydown", (key) => {
  if (key.key === "Enter" && !key.shiftKey && !key.isComposing) {
    key.preventDefault();
    sendWords();
  }
});

// --- menu on a narrow window ----------------------------------------------------------------------------------

const menu = document.getElementById("menu");

function openMenu(open) {
  body.classList.toggle("menu-open", open);
  menu.setAttribute("aria-expanded", String(open));
  if (open) document.querySelector(".side a").focus(); else menu.focus();
}

menu.addEventListener("click", () => openMenu(!body.classList.contains("menu-open")));
document.addEventListener("keydown", (key) => {
  if (key.key === "Escape" && body.classList.contains("menu-open")) openMenu(false);
});
document.querySelector("main").addEventListener("pointerdown", (press) => {
  if (body.classList.contains("menu-open") && !menu.contains(press.target)) openMenu(false);
});

// --- start ----------------------------------------------------------------------------------------------------

function listen() {
  const query = new URLSearchParams({ as: body.dataset.as, role: body.dataset.role, in: here, after: body.dataset.mark });
  const stream = new EventSource(`/chat/events?${query}`);
  stream.addEventListener("message", (event) => receive(JSON.parse(event.data)));
  stream.addEventListener("clock", (event) => setClock(JSON.parse(event.data).now));
  stream.addEventListener("open", () => { body.dataset.live = "yes"; hush("lost"); });
  stream.addEventListener("error", () => {
    delete body.dataset.live;
    say("The connection to the coach is gone; I’ll pick it up again by myself.", "lost");
  });
  addEventListener("pagehide", () => stream.close());
}

newer.addEventListener("click", () => { log.scrollTop = log.scrollHeight; newer.hidden = true; words.focus({ preventScroll: true }); });
log.addEventListener("scroll", () => { pinned = atEnd(); if (pinned) newer.hidden = true; });
document.addEventListener("visibilitychange", () => { if (!document.hidden) { missed = 0; document.title = title; } });

addEventListener("pageshow", (show) => { if (show.persisted) location.reload(); });

keep(sessionStorage.getItem(draftKey) || "");
setClock(body.dataset.now);
setInterval(showToday, 30000);
messages().forEach(showTimes);
showDays();
settle();
group();
showUnread();
rememberSeen();
log.scrollTop = log.scrollHeight;
listen();
