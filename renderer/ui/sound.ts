/** The two result tones. Rising = passed; low and twice = look here. Synthesised, so nothing has to be bundled. */
export type ResultTone = 'pass' | 'attention';

const NOTES: Record<ResultTone, readonly { hertz: number; at: number; seconds: number }[]> = {
  pass: [
    { hertz: 784, at: 0, seconds: 0.09 },
    { hertz: 1175, at: 0.09, seconds: 0.16 },
  ],
  attention: [
    { hertz: 262, at: 0, seconds: 0.18 },
    { hertz: 262, at: 0.26, seconds: 0.24 },
  ],
};

let context: AudioContext | undefined;

/** Plays one tone; silent where the browser has not yet seen a key or a touch. */
export function playTone(tone: ResultTone): void {
  if (!navigator.userActivation.hasBeenActive) return;
  context ??= new AudioContext();
  void context.resume();
  const start = context.currentTime;
  for (const note of NOTES[tone]) {
    const oscillator = context.createOscillator();
    const gain = context.createGain();
    oscillator.type = tone === 'pass' ? 'sine' : 'triangle';
    oscillator.frequency.value = note.hertz;
    // Ramped, because a square edge clicks.
    gain.gain.setValueAtTime(0, start + note.at);
    gain.gain.linearRampToValueAtTime(0.25, start + note.at + 0.015);
    gain.gain.linearRampToValueAtTime(0, start + note.at + note.seconds);
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(start + note.at);
    oscillator.stop(start + note.at + note.seconds);
  }
}
