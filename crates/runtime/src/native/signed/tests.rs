//! Signatures that must verify, and all the ways in which they must not.

use std::vec::Vec;

use super::*;

fn bytes(digits: &str) -> Vec<u8> {
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

fn key(digits: &str) -> PublicKey {
    PublicKey::from_hex(digits).unwrap()
}

fn signature(digits: &str) -> [u8; 64] {
    bytes(digits).try_into().unwrap()
}

/// Public key, message, signature: the tests 1, 2, 3 and SHA(abc) of RFC 8032, section 7.1.
const RFC_8032: [(&str, &str, &str); 4] = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
];

/// The order of the base point.
const ORDER: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

/// Encodings of points of small order: all eight, and some that are not the canonical ones.
const SMALL_ORDER: [&str; 12] = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
];

#[test]
fn the_signatures_of_the_standard_verify() {
    for (public, message, signed) in RFC_8032 {
        let (key, message, signed) = (key(public), bytes(message), signature(signed));
        assert!(key.is_valid());
        assert!(key.verifies(&message, &signed), "{public}");
        assert!(!key.verifies(&[&message[..], &[0]].concat(), &signed), "{public}");
    }
    let [(first, ..), (_, message, signed), ..] = RFC_8032;
    assert!(!key(first).verifies(&bytes(message), &signature(signed)));
}

#[test]
fn a_signature_with_any_other_bit_does_not() {
    let (public, message, signed) = RFC_8032[1];
    let (key, message, signed) = (key(public), bytes(message), signature(signed));
    for at in 0..64 {
        for bit in 0..8 {
            let mut other = signed;
            other[at] ^= 1 << bit;
            assert!(!key.verifies(&message, &other), "byte {at}, bit {bit}");
        }
    }
}

#[test]
fn the_number_has_one_encoding() {
    let (public, message, signed) = RFC_8032[1];
    let mut other = signature(signed);
    let mut carry = 0;
    for (digit, order) in other[32..].iter_mut().zip(bytes(ORDER)) {
        carry += u16::from(*digit) + u16::from(order);
        *digit = carry as u8;
        carry >>= 8;
    }
    assert!(!key(public).verifies(&bytes(message), &other));
}

#[test]
fn a_key_of_small_order_verifies_nothing() {
    // The base point and 1: right for every message under the neutral element, where that is let through.
    let mut forged = [0x66; 64];
    forged[0] = 0x58;
    forged[32..].fill(0);
    forged[32] = 1;
    for public in SMALL_ORDER {
        assert!(!key(public).is_valid(), "{public}");
        let mut small = forged;
        small[..32].copy_from_slice(&key(public).to_bytes());
        for signature in [&forged, &small, &[0; 64]] {
            assert!(!key(public).verifies(b"anything", signature), "{public}");
        }
    }
}

#[test]
fn digits_become_keys() {
    let (digits, ..) = RFC_8032[0];
    let key = key(digits);
    assert_eq!(key.to_bytes()[..], bytes(digits));
    assert_eq!(std::format!("{key:?}"), digits);
    assert_eq!(PublicKey::from_hex(&digits.to_uppercase()), Some(key));
    for wrong in ["", &digits[1..], &digits[2..], &digits.replace('d', "g"), &std::format!("{digits}00")] {
        assert_eq!(PublicKey::from_hex(wrong), None, "{wrong}");
    }
}
