export { type Config, ConfigError, readConfig } from './config/config.ts'
export { drain } from './drain.ts'
export { createLog, type Log, type LogSink } from './observe/log.ts'
export { type Sidecar, wire } from './wire.ts'
