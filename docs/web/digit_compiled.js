// A network as WebAssembly: tinynet's C code, compiled (tinynet/exchange/c/wasm.py). All that it imports is Math.

export class Compiled {
  constructor(instance, name, scale) {
    const { memory, input, scores, [`${name}_scores`]: call } = instance.exports;
    this.input = new Uint8Array(memory.buffer, input.value, 784);
    this.output = new (scale ? Int32Array : Float32Array)(memory.buffer, scores.value, 10);
    this.scale = scale ?? 1;
    this.call = () => call(input.value, scores.value);
  }

  // scale: of a network whose scores are integers, what makes them Python's; else null
  static async from(url, name, scale) {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
    const { instance } = await WebAssembly.instantiate(await response.arrayBuffer(), { Math });
    return new Compiled(instance, name, scale);
  }

  scores(pixels) {
    this.input.set(pixels);
    this.call();
    return Float32Array.from(this.output, (score) => score * this.scale);
  }

  // of one answer; it is repeated for 5 ms or more, because a browser's clock ticks every 0.1 ms
  microseconds() {
    const start = performance.now();
    let calls = 0;
    while (performance.now() - start < 5) (this.call(), calls++);
    return (1000 * (performance.now() - start)) / calls;
  }
}
