/**
 * Which etcd this is to its clients: some ask before they use what only newer servers have. It is the API's level,
 * not ours: what etcd 3.6 has is here, with its meaning.
 */
export const etcdApiVersion = '3.6.0';
