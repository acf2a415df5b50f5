// One picture in, an answer out. What comes from outside becomes text, never HTML.

const MOST_BYTES = 10_000_000; // as the service's limit, whose sentence this is
const TOO_LARGE = "The request is larger than 10 MB; send a smaller picture.";
const GONE = "The service does not answer: it was stopped, or the connection is lost.";
const PATIENCE = 30_000; // milliseconds for one answer
const AGAIN = 10_000; // milliseconds until a service that isn't ready is asked again
const FEW = 10; // classes that are shown at once

const at = (id) => document.getElementById(id);

class Refused extends Error {}

let turn = { ends: new AbortController() }; // the picture, its answer, what ends its requests

function share(probability, under = "under", over = "over") {
  const percent = Math.round(100 * probability);
  if (percent <= 0) return `${under} 1\u00a0%`;
  return percent >= 100 ? `${over} 99\u00a0%` : `${percent}\u00a0%`;
}

async function ask(path, picture, signal) {
  const form = new FormData();
  form.append("file", picture.content, picture.name);
  const response = await fetch(path, {
    method: "POST",
    body: form,
    signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]),
  });
  if (!response.ok) throw new Refused(await detail(response));
  return response;
}

async function detail(response) {
  const said = await response.json().catch(() => null);
  if (typeof said?.detail === "string") return said.detail;
  return `The service refused this, without a reason (status ${response.status}).`;
}

async function reason(error) {
  if (error instanceof Refused) return error.message;
  if (error.name === "TimeoutError") {
    return `The service has not answered for ${PATIENCE / 1000} seconds. Try again later.`;
  }
  const lives = await fetch("/health/live").then((response) => response.ok, () => false);
  return lives
    ? "The connection broke before the answer was here. Choose the picture again."
    : `${GONE} When it runs again, choose the picture again.`;
}

async function take(file) {
  turn.ends.abort();
  const mine = { ends: new AbortController() };
  const { signal } = mine.ends;
  const name = file.name.split(/[\\/]/).pop() || "picture";
  turn = mine;
  clear();
  if (file.size > MOST_BYTES) return fail(TOO_LARGE);
  tell(`Asking about ${name} …`, true);
  try {
    mine.picture = { name, content: await read(file) };
    const [answer, seen] = await Promise.all([
      ask("/predict", mine.picture, signal).then((response) => response.json()),
      ask("/look", mine.picture, signal).then((response) => response.blob()),
    ]);
    mine.answer = answer;
    if (!signal.aborted) show(name, answer, seen);
  } catch (error) {
    const why = signal.aborted ? "" : await reason(error);
    if (!signal.aborted) fail(why);
  }
}

async function read(file) {
  try {
    return new Blob([await file.arrayBuffer()], { type: file.type });
  } catch {
    throw new Refused("This can't be read. Choose a single file, no folder.");
  }
}

function takeFrom(files) {
  if (files.length === 0) fail("There was no picture in this. Choose a picture file.");
  else take(files[0]);
}

function clear() {
  if (at("answer").contains(document.activeElement)) at("file").focus();
  at("answer").hidden = true;
  at("problem").textContent = "";
  hideHeat();
  forget(at("seen"));
}

function tell(words, busy = false) {
  at("status").textContent = words;
  at("status").classList.toggle("busy", busy);
  at("result").setAttribute("aria-busy", busy);
}

function fail(words) {
  turn.ends.abort();
  clear();
  tell("There is no answer.");
  at("problem").textContent = words;
  at("problem").scrollIntoView({ block: "nearest" });
}

function show(name, answer, seen) {
  const sure = share(answer.confidence);
  at("sentence").textContent = `${answer.class_name}, ${sure}`;
  at("calibrated").textContent =
    answer.calibrated === null
      ? ""
      : `Calibrated: ${share(answer.calibrated)}. Networks are often too sure; this number is ` +
        "corrected by how often such answers were right.";
  fill(at("seen"), seen, `${name} as the network sees it: 32 by 32 pixels`);
  drawBars(answer);
  at("filters").textContent = answer.filters_applied.join(", ") || "none";
  at("version").textContent = answer.model_version;
  at("answer").hidden = false;
  tell(`${name}: ${answer.class_name}, ${sure}`);
  at("sentence").scrollIntoView({ block: "nearest" });
}

function fill(image, content, alt) {
  forget(image);
  image.src = URL.createObjectURL(content);
  image.alt = alt;
}

function forget(image) {
  if (image.src) URL.revokeObjectURL(image.src);
  image.removeAttribute("src");
  image.alt = "";
}

function drawBars(answer) {
  const sorted = Object.entries(answer.probabilities).sort((one, other) => other[1] - one[1]);
  const rows = sorted.map(([name, probability]) => row(name, probability, answer.class_name));
  at("bars").tBodies[0].replaceChildren(...rows);
  const rest = rows.slice(FEW);
  for (const one of rest) one.hidden = true;
  at("more").hidden = rest.length === 0;
  at("more").textContent = `Show the other ${rest.length} classes`;
}

function row(name, probability, answered) {
  const line = made("tr", name === answered ? "answer" : "");
  const head = made("th", "", made("span", "", name));
  const track = made("span", "track", made("span", "bar"));
  const value = made("span", "", share(probability, "<", ">"));
  head.scope = "row";
  track.ariaHidden = "true";
  track.firstChild.style.width = `${100 * probability}%`;
  line.append(head, made("td", "", made("div", "share", track, value)));
  return line;
}

function made(kind, className, ...content) {
  const element = document.createElement(kind);
  element.className = className;
  element.append(...content);
  return element;
}

function showAll() {
  const hidden = [...at("bars").tBodies[0].rows].filter((line) => line.hidden);
  for (const line of hidden) line.hidden = false;
  at("more").hidden = true;
  hidden[0].tabIndex = -1; // the button that had the focus is gone
  hidden[0].focus();
}

async function heat() {
  const button = at("heat-button");
  if (button.ariaDisabled === "true") return;
  if (!at("heat-figure").hidden) return hideHeat();
  const { picture, answer, ends } = turn;
  hideHeat();
  button.ariaDisabled = "true";
  at("heat-status").textContent = "Looking …";
  let content = null;
  let why = "";
  try {
    content = await ask("/heat", picture, ends.signal).then((response) => response.blob());
  } catch (error) {
    why = ends.signal.aborted ? "" : await reason(error);
  }
  if (ends.signal.aborted) return;
  hideHeat();
  at("heat-problem").textContent = why;
  if (why) return;
  fill(at("heat"), content, `Heat map: which places of the picture spoke for ${answer.class_name}`);
  at("heat-figure").hidden = false;
  at("heat-status").textContent = `Places that spoke for ${answer.class_name}:`;
  button.textContent = "Hide where it looked";
}

function hideHeat() {
  at("heat-button").textContent = "Show where it looked";
  at("heat-button").ariaDisabled = null;
  at("heat-figure").hidden = true;
  at("heat-status").textContent = "";
  at("heat-problem").textContent = "";
  forget(at("heat"));
}

async function greet() {
  const health = await fetch("/health").then((response) => response.json(), () => null);
  const why = health?.ready ? "" : `There are no answers now. ${health?.reason ?? GONE}`;
  if (at("notice").textContent !== why) at("notice").textContent = why; // it is read out only once
  if (!health?.ready) return setTimeout(greet, AGAIN);
  const info = await fetch("/info").then((response) => response.json(), () => null);
  if (!info?.classes) return setTimeout(greet, AGAIN);
  const [count, names] = [info.classes.length, info.classes.join(", ")];
  at("known").textContent = `It knows only ${count} classes: ${names}.`;
}

for (const id of ["file", "camera"]) {
  at(id).addEventListener("change", () => {
    if (at(id).files.length) take(at(id).files[0]);
    at(id).value = ""; // so that the same file can be chosen again
  });
}

const over = (is) => at("zone").classList.toggle("over", is);

// the whole window takes a drop: one beside the zone would make the browser leave the page
addEventListener("dragover", (event) => {
  event.preventDefault();
  over(true);
});
addEventListener("dragleave", (event) => over(event.relatedTarget !== null));
addEventListener("drop", (event) => {
  event.preventDefault();
  over(false);
  takeFrom(event.dataTransfer.files);
});
addEventListener("paste", (event) => {
  if (event.clipboardData.files.length) takeFrom(event.clipboardData.files);
});

at("heat-button").addEventListener("click", heat);
at("more").addEventListener("click", showAll);
greet();
