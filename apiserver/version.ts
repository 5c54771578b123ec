/** Which Kubernetes this server speaks, and which Kuorum it is. */
import { type JsonObject, newObject } from '../api/index.js';

/** Build metadata after `+`: a pre-release suffix would fail the version ranges of charts. */
export const gitVersion = 'v1.36.0+kuorum.1';

export function versionInfo(): JsonObject {
  return Object.assign(newObject(), {
    major: '1',
    minor: '36',
    emulationMajor: '1',
    emulationMinor: '36',
    minCompatibilityMajor: '1',
    minCompatibilityMinor: '35',
    gitVersion,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: 'none',
    compiler: 'none',
    platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
  });
}
