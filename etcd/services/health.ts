/** gRPC's own health service: the server as a whole serves as long as it runs. */

import { implement, type Method } from '../grpc/service.js';
import { GrpcError, StatusCode } from '../grpc/status.js';
import { HealthService, ServingStatus } from '../proto/generated/health.js';

export function healthService(): readonly Method[] {
  return implement(HealthService, {
    Check({ service }) {
      if (service !== '') throw new GrpcError(StatusCode.NOT_FOUND, 'unknown service');
      return { status: ServingStatus.SERVING };
    },
    async Watch({ service }, stream) {
      await stream.send({ status: service === '' ? ServingStatus.SERVING : ServingStatus.SERVICE_UNKNOWN });
      // It does not change until the server ends, and then every stream does.
      await new Promise<void>((resolve) => {
        stream.onCancel(resolve);
      });
    },
  });
}
