import type { ObjectRef } from '../base/index.ts'
import { type Guard, isBoolean, isNumber, isString, listOf, optional, record } from './guards.ts'
import { isObjectRef, isSourceLocation, type SourceLocation } from './objects.ts'

/** A Kustomization (or HelmRelease) that the repository declares. */
export interface FleetWorkload {
  /** Unique in its cluster; what build and diff requests name. */
  readonly id: string
  readonly ref: ObjectRef
  /** `spec.path`, or a HelmRelease's chart. */
  readonly detail: string
  /** The workload whose rendered set contains this one; absent for the entry point. */
  readonly parent?: string | undefined
  readonly source?: ObjectRef | undefined
  readonly dependsOn: readonly string[]
  readonly suspended: boolean
  readonly location?: SourceLocation | undefined
  readonly errors: number
  readonly warnings: number
}

/** A source that the repository declares. */
export interface FleetSource {
  readonly id: string
  readonly ref: ObjectRef
  readonly detail: string
  readonly location?: SourceLocation | undefined
}

/** An entry point of the repository with all that hangs from it. */
export interface FleetCluster {
  readonly id: string
  readonly name: string
  /** The workspace folder's name where there are several: their entry points often have the same names and paths. */
  readonly folder?: string | undefined
  /** Directory of the entry point, relative to the workspace folder. */
  readonly path: string
  readonly workloads: readonly FleetWorkload[]
  readonly sources: readonly FleetSource[]
}

/** One rendered object, with the place that declares it. */
export interface FleetObject {
  readonly ref: ObjectRef
  readonly location?: SourceLocation | undefined
}

export const isFleetWorkload: Guard<FleetWorkload> = record<FleetWorkload>({
  id: isString,
  ref: isObjectRef,
  detail: isString,
  parent: optional(isString),
  source: optional(isObjectRef),
  dependsOn: listOf(isString),
  suspended: isBoolean,
  location: optional(isSourceLocation),
  errors: isNumber,
  warnings: isNumber,
})

export const isFleetSource: Guard<FleetSource> = record<FleetSource>({
  id: isString,
  ref: isObjectRef,
  detail: isString,
  location: optional(isSourceLocation),
})

export const isFleetCluster: Guard<FleetCluster> = record<FleetCluster>({
  id: isString,
  name: isString,
  folder: optional(isString),
  path: isString,
  workloads: listOf(isFleetWorkload),
  sources: listOf(isFleetSource),
})

export const isFleetObject: Guard<FleetObject> = record<FleetObject>({
  ref: isObjectRef,
  location: optional(isSourceLocation),
})
