import { describe, expect, test } from 'vitest'

import { accountTypeOf } from './account-type.ts'

describe('the type of an account', () => {
  test.for(['6E1F4D2A-3B5C-4D7E-8F90-A1B2C3D4E5F6', '6e1f4d2a-3b5c-4d7e-8f90-a1b2c3d4e5f6'])(
    'is RegistrationID for the UUID %s',
    (account) => {
      expect(accountTypeOf(account)).toBe('registration-id')
    },
  )

  test.for([
    'xiaoming',
    '6E1F4D2A3B5C4D7E8F90A1B2C3D4E5F6',
    '6E1F4D2A-3B5C-4D7E-8F90-A1B2C3D4E5F',
    '6E1F4D2A-3B5C-4D7E-8F90-A1B2C3D4E5F67',
    'GE1F4D2A-3B5C-4D7E-8F90-A1B2C3D4E5F6',
    '',
  ])('is UserID for "%s"', (account) => {
    expect(accountTypeOf(account)).toBe('user-id')
  })
})
