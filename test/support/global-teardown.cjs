module.exports = async function globalTeardown() {
  await globalThis.holdfastTestServer?.stop();
};
