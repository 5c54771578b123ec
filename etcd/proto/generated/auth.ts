// Made by scripts/etcd-proto.mjs from auth.proto: change that, not this.
import { type Codec, enter, leave, noBytes, skip } from '../codec.js';

export interface UserAddOptions {
  /** The user has no password and comes with a certificate. */
  readonly noPassword: boolean;
}

export const UserAddOptions: Codec<UserAddOptions> = {
  read(reader, end) {
    let noPassword: boolean = false;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 8:
          noPassword = reader.bool();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { noPassword };
  },
  write(message, writer) {
    if (message.noPassword === true) {
      writer.uint32(8);
      writer.bool(message.noPassword);
    }
  },
};

export interface User {
  readonly name: Uint8Array;
  readonly password: Uint8Array;
  readonly roles: readonly string[];
  readonly options: UserAddOptions | undefined;
}

export const User: Codec<User> = {
  read(reader, end, depth) {
    let name: Uint8Array = noBytes;
    let password: Uint8Array = noBytes;
    const roles: string[] = [];
    let options: UserAddOptions | undefined;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          name = reader.bytes();
          break;
        case 18:
          password = reader.bytes();
          break;
        case 26:
          roles.push(reader.string());
          break;
        case 34:
          options = UserAddOptions.read(reader, enter(reader, end, depth), depth + 1);
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { name, password, roles, options };
  },
  write(message, writer) {
    if (message.name !== undefined && message.name.length > 0) {
      writer.uint32(10);
      writer.bytes(message.name);
    }
    if (message.password !== undefined && message.password.length > 0) {
      writer.uint32(18);
      writer.bytes(message.password);
    }
    if (message.roles !== undefined) {
      for (const item of message.roles) {
        writer.uint32(26);
        writer.string(item);
      }
    }
    if (message.options !== undefined) {
      UserAddOptions.write(message.options, writer.uint32(34).fork());
      writer.ldelim();
    }
  },
};

export const PermissionType = {
  READ: 0,
  WRITE: 1,
  READWRITE: 2,
} as const;

export interface Permission {
  readonly permType: number;
  readonly key: Uint8Array;
  /** As in a range: empty for the one key, one zero byte for everything from `key` on. */
  readonly rangeEnd: Uint8Array;
}

export const Permission: Codec<Permission> = {
  read(reader, end) {
    let permType: number = 0;
    let key: Uint8Array = noBytes;
    let rangeEnd: Uint8Array = noBytes;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 8:
          permType = reader.int32();
          break;
        case 18:
          key = reader.bytes();
          break;
        case 26:
          rangeEnd = reader.bytes();
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { permType, key, rangeEnd };
  },
  write(message, writer) {
    if (message.permType !== undefined && message.permType !== 0) {
      writer.uint32(8);
      writer.int32(message.permType);
    }
    if (message.key !== undefined && message.key.length > 0) {
      writer.uint32(18);
      writer.bytes(message.key);
    }
    if (message.rangeEnd !== undefined && message.rangeEnd.length > 0) {
      writer.uint32(26);
      writer.bytes(message.rangeEnd);
    }
  },
};

export interface Role {
  readonly name: Uint8Array;
  readonly keyPermission: readonly Permission[];
}

export const Role: Codec<Role> = {
  read(reader, end, depth) {
    let name: Uint8Array = noBytes;
    const keyPermission: Permission[] = [];
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag) {
        case 10:
          name = reader.bytes();
          break;
        case 18:
          keyPermission.push(Permission.read(reader, enter(reader, end, depth), depth + 1));
          break;
        default:
          skip(reader, tag);
      }
    }
    leave(reader, end);
    return { name, keyPermission };
  },
  write(message, writer) {
    if (message.name !== undefined && message.name.length > 0) {
      writer.uint32(10);
      writer.bytes(message.name);
    }
    if (message.keyPermission !== undefined) {
      for (const item of message.keyPermission) {
        Permission.write(item, writer.uint32(18).fork());
        writer.ldelim();
      }
    }
  },
};
