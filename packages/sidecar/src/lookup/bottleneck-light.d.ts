/** The package has types for its whole; this is the same class in a file without the Redis clients, which it loads with `eval`. */
declare module 'bottleneck/light.js' {
  import Bottleneck from 'bottleneck'

  export default Bottleneck
}
