/** What `entrypoint.final` makes: the caller gets `value`, the thread keeps `save` (TSK-022). */
export class EntrypointFinal<V, S> {
  constructor(
    readonly value: V,
    readonly save: S,
  ) {}
}
