/** The door of controllers/: every control loop, run by whoever holds the Lease. */
export { type ControllersOptions, runControllers } from './run-controllers.js';
