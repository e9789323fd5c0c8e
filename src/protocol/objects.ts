import type { ObjectRef } from '../base/index.ts'
import { type Guard, isBoolean, isNumber, isString, listOf, oneOf, optional, record } from './guards.ts'

/** How an object is doing, in the words of the views. `unmanaged`: no controller that would reconcile it is running. */
export type Health = 'ready' | 'reconciling' | 'failed' | 'suspended' | 'unmanaged' | 'unknown'

/** A place in a file as editors count: zero-based lines, UTF-16 characters. */
export interface SourceLocation {
  readonly uri: string
  readonly range: { readonly start: LinePosition; readonly end: LinePosition }
}

export interface LinePosition {
  readonly line: number
  readonly character: number
}

/** One object that a Kustomization applied. */
export interface InventoryItem {
  readonly ref: ObjectRef
  readonly health: Health
  readonly message: string
  /** resourceVersion: differs when anything in the object does. */
  readonly version: string
}

/** One live Flux object, cut down to what views show. */
export interface FluxObject {
  readonly ref: ObjectRef
  readonly health: Health
  /** The Ready condition's reason and message. */
  readonly reason: string
  readonly message: string
  readonly suspended: boolean
  /** `main@sha1:…` as the object reports it; empty before the first. */
  readonly revision: string
  /** A source's address, a Kustomization's path, a HelmRelease's chart. */
  readonly detail: string
  readonly source?: ObjectRef | undefined
  readonly dependsOn: readonly ObjectRef[]
  /** How many objects its inventory names. */
  readonly inventorySize: number
  /** resourceVersion: differs when anything in the object does. */
  readonly version: string
}

/**
 * The identity of an object across API versions: `group/kind/namespace/name`.
 * @example objectId({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', namespace: 'shop' }) // 'apps/Deployment/shop/web'
 */
export function objectId(ref: ObjectRef): string {
  const slash = ref.apiVersion.indexOf('/')
  const group = slash < 0 ? '' : ref.apiVersion.slice(0, slash)
  return `${group}/${ref.kind}/${ref.namespace ?? ''}/${ref.name}`
}

/** `Kind/namespace/name`, or `Kind/name` where there is no namespace. */
export function objectLabel(ref: ObjectRef): string {
  return ref.namespace === undefined ? `${ref.kind}/${ref.name}` : `${ref.kind}/${ref.namespace}/${ref.name}`
}

export const isObjectRef: Guard<ObjectRef> = record<ObjectRef>({
  apiVersion: isString,
  kind: isString,
  name: isString,
  namespace: optional(isString),
} as { readonly [K in keyof ObjectRef]-?: Guard<ObjectRef[K]> })

export const isHealth: Guard<Health> = oneOf('ready', 'reconciling', 'failed', 'suspended', 'unmanaged', 'unknown')

const isLinePosition: Guard<LinePosition> = record<LinePosition>({ line: isNumber, character: isNumber })

export const isSourceLocation: Guard<SourceLocation> = record<SourceLocation>({
  uri: isString,
  range: record<SourceLocation['range']>({ start: isLinePosition, end: isLinePosition }),
})

export const isInventoryItem: Guard<InventoryItem> = record<InventoryItem>({
  ref: isObjectRef,
  health: isHealth,
  message: isString,
  version: isString,
})

export const isFluxObject: Guard<FluxObject> = record<FluxObject>({
  ref: isObjectRef,
  health: isHealth,
  reason: isString,
  message: isString,
  suspended: isBoolean,
  revision: isString,
  detail: isString,
  source: optional(isObjectRef),
  dependsOn: listOf(isObjectRef),
  inventorySize: isNumber,
  version: isString,
})
