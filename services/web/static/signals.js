// What one hears, feels and sees of a label: a tone, a buzz and a flash of colour.
const sounds = { ok: [[880, 80]], odd: [[520, 90], [420, 140]], known: [[600, 60], [600, 60]], bad: [[220, 260]] };
const buzzes = { ok: 40, odd: [60, 40, 60], known: [30, 30, 30], bad: 300 };
let audio;

export function signal(outcome, flashed) {
  navigator.vibrate?.(buzzes[outcome] ?? 0);
  flash(flashed, outcome);
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

function flash(element, outcome) {
  if (!element) return;
  element.classList.remove("flash-ok", "flash-odd", "flash-known", "flash-bad");
  void element.offsetWidth; // so that the same colour flashes again
  element.classList.add("flash-" + outcome);
}
