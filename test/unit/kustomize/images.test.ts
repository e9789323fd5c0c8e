import { describe, expect, it } from 'vitest'
import { changeImage, splitImage } from '../../../src/kustomize/transformers/images.ts'

describe('splitImage', () => {
  it.each([
    ['nginx', 'nginx', '', ''],
    ['nginx:1', 'nginx', '1', ''],
    ['nginx@sha256:ab', 'nginx', '', 'sha256:ab'],
    ['host:5000/nginx', 'host:5000/nginx', '', ''],
    ['host:5000/nginx:1@sha256:ab', 'host:5000/nginx', '1', 'sha256:ab'],
  ])('%s', (reference, name, tag, digest) => {
    expect(splitImage(reference)).toEqual({ name, tag, digest })
  })
})

describe('changeImage', () => {
  it.each([
    ['a:1', { newTag: '2' }, 'a:2'],
    ['a:1@sha256:x', { newTag: '2' }, 'a:2'],
    ['a:1', { digest: 'sha256:y' }, 'a@sha256:y'],
    ['a:1', { newTag: '2', digest: 'sha256:y' }, 'a:2@sha256:y'],
    ['a:1', { newName: 'b/c' }, 'b/c:1'],
    ['a:1', { tagSuffix: '-arm' }, 'a:1-arm'],
  ])('%s with %o', (reference, image, expected) => {
    expect(changeImage(reference, image)).toBe(expected)
  })
})
