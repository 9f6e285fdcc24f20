// What is said into the microphone, as a telephone carries it: 8 kHz, mono, 16 bits.

const RATE = 8000;
const LONGEST_SECONDS = 7.5;
const QUIET = 0.012; // root mean square, of 1
const PAUSE_SECONDS = 1.2; // after words, this much quiet is the end

export class Recording {
  /** @param {() => void} over */
  constructor(over) {
    this.over = over;
    /** @type {Float32Array[]} */
    this.pieces = [];
    this.seconds = 0;
    this.quietFor = 0;
    this.spoken = false;
    this.ended = false;
  }

  /**
   * Open the microphone; throws an Error with words for the person at the page. The browser may ask them first: if the
   * recording has ended meanwhile, the microphone is closed again at once.
   */
  async begin() {
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
    } catch {
      throw new Error("The browser gives no microphone. Allow it for this page, or let somebody else speak.");
    }
    if (this.ended) return this.close();
    this.context = new AudioContext();
    await this.context.audioWorklet.addModule("/recorder.js");
    if (this.ended) return;
    const recorder = new AudioWorkletNode(this.context, "recorder", { numberOfOutputs: 0 });
    recorder.port.onmessage = ({ data }) => this.heard(data);
    this.context.createMediaStreamSource(this.stream).connect(recorder);
  }

  /** @param {Float32Array} piece */
  heard(piece) {
    if (this.ended) return;
    const length = piece.length / (this.context?.sampleRate ?? RATE);
    const loud = Math.sqrt(piece.reduce((sum, value) => sum + value * value, 0) / piece.length) > QUIET;
    this.pieces.push(piece);
    this.seconds += length;
    this.spoken ||= loud;
    this.quietFor = loud ? 0 : this.quietFor + length;
    if (this.seconds > LONGEST_SECONDS || (this.spoken && this.quietFor > PAUSE_SECONDS)) this.over();
  }

  /** Close the microphone; the WAV file of what it heard, or nothing if that was nothing. */
  async end() {
    const rate = this.context?.sampleRate ?? RATE;
    this.ended = true;
    this.close();
    await this.context?.close();
    return this.pieces.length ? wav(await atTelephoneRate(joined(this.pieces), rate)) : null;
  }

  close() {
    this.stream?.getTracks().forEach((track) => track.stop());
  }
}

/** @param {Float32Array[]} pieces */
function joined(pieces) {
  const all = new Float32Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/**
 * By the browser's own resampler.
 * @param {Float32Array<ArrayBuffer>} samples
 * @param {number} rate
 */
async function atTelephoneRate(samples, rate) {
  const offline = new OfflineAudioContext(1, Math.ceil((samples.length * RATE) / rate), RATE);
  const buffer = offline.createBuffer(1, samples.length, rate);
  buffer.copyToChannel(samples, 0);
  const source = offline.createBufferSource();
  source.buffer = buffer;
  source.connect(offline.destination);
  source.start();
  return (await offline.startRendering()).getChannelData(0);
}

/** @param {Float32Array} samples */
function wav(samples) {
  const bytes = 2 * samples.length;
  const view = new DataView(new ArrayBuffer(44 + bytes));
  const words = (/** @type {number} */ at, /** @type {string} */ text) =>
    [...text].forEach((letter, place) => view.setUint8(at + place, letter.charCodeAt(0)));
  words(0, "RIFF");
  view.setUint32(4, 36 + bytes, true);
  words(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, 2 * RATE, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  words(36, "data");
  view.setUint32(40, bytes, true);
  samples.forEach((value, place) => view.setInt16(44 + 2 * place, Math.max(-1, Math.min(1, value)) * 0x7fff, true));
  return new Blob([view], { type: "audio/wav" });
}
