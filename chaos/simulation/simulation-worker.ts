/** The entry of a thread that simulates the seeds it is told, one at a time. */
import { parentPort } from 'node:worker_threads';
import { type SimulationOptions, simulate } from './simulate.js';

const port = parentPort;
if (port === null) throw new Error('this file is the entry of a thread');

port.on('message', (options: SimulationOptions) => {
  void simulate(options).then((result) => port.postMessage(result));
});
