// Before anything else in a process: a server that names no host listens to this machine alone, and not to its whole network.
const { Server } = require("node:net");

const listen = Server.prototype.listen;
Server.prototype.listen = function (where, ...rest) {
  const namesNoHost = typeof where === "number" && typeof rest[0] !== "string";
  return listen.call(this, where, ...(namesNoHost ? ["127.0.0.1"] : []), ...rest);
};
