// Counts one label after the other without leaving the page: sends the form, shows
// what the answer says, and is ready for the next. Without this the form does it.
const form = document.querySelector("#count");
const box = form?.elements.code;
const trail = document.querySelector("#trail");
const sounds = { ok: [[880, 80]], odd: [[520, 90], [420, 140]], known: [[600, 60], [600, 60]], bad: [[220, 260]] };
const buzzes = { ok: 40, odd: [60, 40, 60], known: [30, 30, 30], bad: 300 };
let audio;

function sound(outcome) {
  navigator.vibrate?.(buzzes[outcome] ?? 0);
  audio ??= window.AudioContext ? new AudioContext() : null;
  let at = audio?.currentTime;
  for (const [pitch, length] of audio ? sounds[outcome] ?? [] : []) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    volume.gain.value = 0.15;
    tone.frequency.value = pitch;
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at += length / 1000);
    at += 0.04;
  }
}

const waiting = []; // labels that were scanned while another was on its way
let sending = false;

// taken empties what belongs to one item alone; condition, use and room stay.
function taken() {
  for (const name of ["remark", "quantity", "file"]) form.elements[name].value = "";
  for (const name of ["unlabelled", "absent"]) form.elements[name].checked = false;
}

async function send(body) {
  sending = true;
  const code = body.get("code");
  const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer) {
    const word = document.createElement("strong");
    word.textContent = document.querySelector("[data-offline]").dataset.offline;
    show({ outcome: "bad", html: word.outerHTML }, code);
  } else {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const said = page.querySelector("#outcome");
    if (!said) { location.reload(); return; }
    document.querySelector("#tally").replaceWith(page.querySelector("#tally"));
    form.elements._once.value = page.querySelector("#count [name=_once]")?.value ?? "";
    show({ outcome: said.dataset.outcome, html: said.innerHTML }, code);
    if (said.dataset.outcome === "ok" || said.dataset.outcome === "odd") taken();
  }
  sending = false;
  if (waiting.length) { box.value = waiting.shift(); submit(); }
}

function show(said, code) {
  const outcome = document.querySelector("#outcome");
  outcome.className = "outcome " + said.outcome;
  outcome.dataset.outcome = said.outcome;
  outcome.innerHTML = said.html;
  sound(said.outcome);
  const item = document.createElement("li");
  item.className = said.outcome;
  item.textContent = code;
  trail.prepend(item);
  while (trail.children.length > 8) trail.lastElementChild.remove();
}

function submit() {
  const code = box.value.trim();
  if (!code) return;
  if (sending) {
    if (waiting.at(-1) !== code) waiting.push(code);
    box.value = "";
    return;
  }
  const body = new FormData(form);
  box.value = "";
  box.focus();
  send(body);
}

form?.addEventListener("submit", (event) => { event.preventDefault(); submit(); });
form?.addEventListener("change", (event) => { if (event.target.type === "radio") box.focus(); });

const locate = document.querySelector("#locate");
if (locate && navigator.geolocation && isSecureContext) {
  locate.hidden = false;
  let watch;
  locate.querySelector("input").addEventListener("change", (event) => {
    if (watch) navigator.geolocation.clearWatch(watch);
    form.elements.position.value = "";
    if (!event.target.checked) return;
    watch = navigator.geolocation.watchPosition(({ coords }) => {
      form.elements.position.value = [coords.latitude, coords.longitude, coords.accuracy].join(",");
    }, () => { event.target.checked = false; });
  });
}
