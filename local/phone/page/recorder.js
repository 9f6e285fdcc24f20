// Runs beside the page, in the browser's audio thread, and hands on what the microphone hears.

class Recorder extends AudioWorkletProcessor {
  /** @param {Float32Array[][]} inputs */
  process(inputs) {
    const heard = inputs[0]?.[0];
    if (heard) this.port.postMessage(heard.slice());
    return true;
  }
}

registerProcessor("recorder", Recorder);
