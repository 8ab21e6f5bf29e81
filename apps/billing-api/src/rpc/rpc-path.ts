/** Where supabase-js sends `.rpc(name, args)`. */
export const RPC_PATH = 'rest/v1/rpc';

/** How Swagger UI groups these routes. */
export const OLD_CLIENTS = 'Old clients: stored functions';
