import { describe, expect, it } from 'vitest'

import { hostOf, targetOf } from './target.ts'

const urlOf = (endpoint: string) => targetOf(endpoint, '/health')?.href

describe('what is called', () => {
  it.each([
    ['http://agent.example', 'http://agent.example/health'],
    ['http://agent.example/', 'http://agent.example/health'],
    ['https://agent.example:8443/base', 'https://agent.example:8443/base/health'],
    ['HTTPS://Agent.Example/@me', 'https://agent.example/@me/health'],
    ['http://[2606:4700::1111]:8080', 'http://[2606:4700::1111]:8080/health'],
  ])('%s', (endpoint, url) => {
    expect(urlOf(endpoint)).toBe(url)
  })

  it.each([
    'http://user@agent.example',
    'http://user:pass@agent.example',
    'http://@agent.example',
    'http://good.example@evil.example/',
    'http://agent.example?x=1',
    'http://agent.example/?',
    'http://agent.example#x',
    'http://agent.example/a\\b',
    'http:\\\\agent.example',
    'http://good.example\\@evil.example',
    'http://agent.example\r\nHost: x',
    'http://agent.example/a b',
    'http:///path',
    'http://:80/',
    'http://[::1',
    'http://a.example:99999',
    'ftp://agent.example',
    'file:///etc/passwd',
    'gopher://agent.example',
    'javascript:alert(1)',
    '//agent.example',
    '',
    'http://agent.example:6379',
    'http://agent.example:25',
    'http://agent.example:22',
    'http://agent.example:0025/',
    'https://agent.example:993',
    'http://agent.example:6667',
  ])('[X132] never %j', (endpoint) => {
    expect(urlOf(endpoint)).toBeUndefined()
  })

  it.each([
    ['http://2130706433', '127.0.0.1'],
    ['http://0x7f.1', '127.0.0.1'],
    ['http://017700000001', '127.0.0.1'],
    ['http://127.1', '127.0.0.1'],
    ['http://0', '0.0.0.0'],
    ['http://%31%32%37.0.0.1', '127.0.0.1'],
    ['http://１２７.０.０.１', '127.0.0.1'],
    ['http://[::ffff:127.0.0.1]', '::ffff:7f00:1'],
    ['http://localhost.', 'localhost.'],
  ])('[X129] %s means %s', (endpoint, host) => {
    const url = targetOf(endpoint, '/health')
    expect(url && hostOf(url)).toBe(host)
  })
})
