/** The constant frames are those of the guide, word for word, and decode on their endpoints. */
import { describe, expect, it } from 'vitest'
import { decodeDown } from '../src/codec/decode-down.ts'
import { encodeDown } from '../src/codec/encode.ts'
import { AUTH_REQUIRED, AUTH_SUCCESS, WELCOME } from '../src/frames/constants.ts'

describe('constant frames', () => {
  it('welcome', () => {
    const { live, ...guide } = WELCOME
    expect(live).toStrictEqual({ version: 1 })
    expect(JSON.stringify(guide)).toBe(
      '{"type":"welcome","message":"Connected to ARCP Public API WebSocket",' +
        '"features":["agent_updates","public_stats","discovery_events","paginated_discovery"],' +
        '"commands":{"ping":"Send ping to check connection","get_discovery":"Get agent discovery data with pagination"},' +
        '"pagination":{"default_page_size":30,"max_page_size":100,' +
        '"usage":"Send {type: \'get_discovery\', page: 1, page_size: 30, agent_type: \'optional\'}"}}',
    )
    expect(decodeDown('public', encodeDown(WELCOME))).toStrictEqual({ kind: 'frame', frame: WELCOME })
  })

  it('agent authentication', () => {
    expect(encodeDown(AUTH_REQUIRED)).toBe('{"type":"auth_required","message":"Send your authentication token"}')
    expect(encodeDown(AUTH_SUCCESS)).toBe(
      '{"type":"auth_success","message":"Authentication successful","live":{"version":1}}',
    )
    expect(decodeDown('agents', encodeDown(AUTH_SUCCESS)).kind).toBe('frame')
  })
})
