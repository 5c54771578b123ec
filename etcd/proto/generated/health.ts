// Made by scripts/etcd-proto.mjs from health.proto: change that, not this.
import { type Codec, leave, skip } from '../codec.js';

export interface HealthCheckRequest {
  /** Empty: the server as a whole. */
  readonly service: string;
}

export const HealthCheckRequest: Codec<HealthCheckRequest> = {
  read(reader, end) {
    let service: string = '';
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          service = reader.string();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { service };
  },
  write(message, writer) {
    if (message.service !== undefined && message.service !== '') {
      writer.uint32(10);
      writer.string(message.service);
    }
  },
};

export const ServingStatus = {
  UNKNOWN: 0,
  SERVING: 1,
  NOT_SERVING: 2,
  SERVICE_UNKNOWN: 3,
} as const;

export interface HealthCheckResponse {
  readonly status: number;
}

export const HealthCheckResponse: Codec<HealthCheckResponse> = {
  read(reader, end) {
    let status: number = 0;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 8:
          status = reader.int32();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { status };
  },
  write(message, writer) {
    if (message.status !== undefined && message.status !== 0) {
      writer.uint32(8);
      writer.int32(message.status);
    }
  },
};

export const HealthService = {
  name: 'grpc.health.v1.Health',
  methods: {
    Check: {
      path: '/grpc.health.v1.Health/Check',
      request: HealthCheckRequest as typeof HealthCheckRequest,
      response: HealthCheckResponse as typeof HealthCheckResponse,
      requestStream: false,
      responseStream: false,
    },
    Watch: {
      path: '/grpc.health.v1.Health/Watch',
      request: HealthCheckRequest as typeof HealthCheckRequest,
      response: HealthCheckResponse as typeof HealthCheckResponse,
      requestStream: false,
      responseStream: true,
    },
  },
} as const;
