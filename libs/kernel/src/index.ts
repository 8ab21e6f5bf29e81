export * from './clock';
export * from './ids';
export * from './money';
export * from './rate-card';
export * from './refusal';
