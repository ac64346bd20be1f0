// SPDX-License-Identifier: MIT
// Each member of an aggregate, by structured bindings.
#pragma once

#include <cstddef>
#include <type_traits>

#include <fanout/detail/serialize/field_count.hpp>

namespace fanout::detail {

template <class... Ts>
struct Types {};

// Calls fn(types, members...): the types as declared, since a reference among them must be seen.
template <class T, class Fn>
constexpr decltype(auto) with_fields(T& value, Fn&& fn) {
  constexpr std::size_t count = count_fields<std::remove_const_t<T>>();
  static_assert(count <= most_fields);
  if constexpr (count == 0) {
    return fn(Types<>{});
  } else if constexpr (count == 1) {
    auto& [m0] = value;
    return fn(Types<decltype(m0)>{}, m0);
  } else if constexpr (count == 2) {
    auto& [m0, m1] = value;
    return fn(Types<decltype(m0), decltype(m1)>{}, m0, m1);
  } else if constexpr (count == 3) {
    auto& [m0, m1, m2] = value;
    return fn(Types<decltype(m0), decltype(m1), decltype(m2)>{}, m0, m1, m2);
  } else if constexpr (count == 4) {
    auto& [m0, m1, m2, m3] = value;
    return fn(Types<decltype(m0), decltype(m1), decltype(m2), decltype(m3)>{}, m0, m1, m2, m3);
  } else if constexpr (count == 5) {
    auto& [m0, m1, m2, m3, m4] = value;
    return fn(Types<decltype(m0), decltype(m1), decltype(m2), decltype(m3), decltype(m4)>{}, m0, m1,
              m2, m3, m4);
  } else if constexpr (count == 6) {
    auto& [m0, m1, m2, m3, m4, m5] = value;
    return fn(
        Types<decltype(m0), decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5)>{},
        m0, m1, m2, m3, m4, m5);
  } else if constexpr (count == 7) {
    auto& [m0, m1, m2, m3, m4, m5, m6] = value;
    return fn(Types<decltype(m0), decltype(m1), decltype(m2), decltype(m3), decltype(m4),
                    decltype(m5), decltype(m6)>{},
              m0, m1, m2, m3, m4, m5, m6);
  } else if constexpr (count == 8) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7] = value;
    return fn(Types<decltype(m0), decltype(m1), decltype(m2), decltype(m3), decltype(m4),
                    decltype(m5), decltype(m6), decltype(m7)>{},
              m0, m1, m2, m3, m4, m5, m6, m7);
  } else if constexpr (count == 9) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8] = value;
    return fn(Types<decltype(m0), decltype(m1), decltype(m2), decltype(m3), decltype(m4),
                    decltype(m5), decltype(m6), decltype(m7), decltype(m8)>{},
              m0, m1, m2, m3, m4, m5, m6, m7, m8);
  } else if constexpr (count == 10) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9] = value;
    return fn(Types<decltype(m0), decltype(m1), decltype(m2), decltype(m3), decltype(m4),
                    decltype(m5), decltype(m6), decltype(m7), decltype(m8), decltype(m9)>{},
              m0, m1, m2, m3, m4, m5, m6, m7, m8, m9);
  } else if constexpr (count == 11) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10] = value;
    return fn(
        Types<decltype(m0), decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5),
              decltype(m6), decltype(m7), decltype(m8), decltype(m9), decltype(m10)>{},
        m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10);
  } else if constexpr (count == 12) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11] = value;
    return fn(Types<decltype(m0), decltype(m1), decltype(m2), decltype(m3), decltype(m4),
                    decltype(m5), decltype(m6), decltype(m7), decltype(m8), decltype(m9),
                    decltype(m10), decltype(m11)>{},
              m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11);
  } else if constexpr (count == 13) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12] = value;
    return fn(Types<decltype(m0), decltype(m1), decltype(m2), decltype(m3), decltype(m4),
                    decltype(m5), decltype(m6), decltype(m7), decltype(m8), decltype(m9),
                    decltype(m10), decltype(m11), decltype(m12)>{},
              m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12);
  } else if constexpr (count == 14) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13] = value;
    return fn(Types<decltype(m0), decltype(m1), decltype(m2), decltype(m3), decltype(m4),
                    decltype(m5), decltype(m6), decltype(m7), decltype(m8), decltype(m9),
                    decltype(m10), decltype(m11), decltype(m12), decltype(m13)>{},
              m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13);
  } else if constexpr (count == 15) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14] = value;
    return fn(Types<decltype(m0), decltype(m1), decltype(m2), decltype(m3), decltype(m4),
                    decltype(m5), decltype(m6), decltype(m7), decltype(m8), decltype(m9),
                    decltype(m10), decltype(m11), decltype(m12), decltype(m13), decltype(m14)>{},
              m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14);
  } else if constexpr (count == 16) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15] = value;
    return fn(
        Types<decltype(m0), decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5),
              decltype(m6), decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11),
              decltype(m12), decltype(m13), decltype(m14), decltype(m15)>{},
        m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15);
  } else if constexpr (count == 17) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16] = value;
    return fn(
        Types<decltype(m0), decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5),
              decltype(m6), decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11),
              decltype(m12), decltype(m13), decltype(m14), decltype(m15), decltype(m16)>{},
        m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16);
  } else if constexpr (count == 18) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17] = value;
    return fn(Types<decltype(m0), decltype(m1), decltype(m2), decltype(m3), decltype(m4),
                    decltype(m5), decltype(m6), decltype(m7), decltype(m8), decltype(m9),
                    decltype(m10), decltype(m11), decltype(m12), decltype(m13), decltype(m14),
                    decltype(m15), decltype(m16), decltype(m17)>{},
              m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17);
  } else if constexpr (count == 19) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18] =
        value;
    return fn(Types<decltype(m0), decltype(m1), decltype(m2), decltype(m3), decltype(m4),
                    decltype(m5), decltype(m6), decltype(m7), decltype(m8), decltype(m9),
                    decltype(m10), decltype(m11), decltype(m12), decltype(m13), decltype(m14),
                    decltype(m15), decltype(m16), decltype(m17), decltype(m18)>{},
              m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18);
  } else if constexpr (count == 20) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18,
           m19] = value;
    return fn(Types<decltype(m0), decltype(m1), decltype(m2), decltype(m3), decltype(m4),
                    decltype(m5), decltype(m6), decltype(m7), decltype(m8), decltype(m9),
                    decltype(m10), decltype(m11), decltype(m12), decltype(m13), decltype(m14),
                    decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19)>{},
              m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18,
              m19);
  } else if constexpr (count == 21) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19,
           m20] = value;
    return fn(
        Types<decltype(m0), decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5),
              decltype(m6), decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11),
              decltype(m12), decltype(m13), decltype(m14), decltype(m15), decltype(m16),
              decltype(m17), decltype(m18), decltype(m19), decltype(m20)>{},
        m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19,
        m20);
  } else if constexpr (count == 22) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19,
           m20, m21] = value;
    return fn(
        Types<decltype(m0), decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5),
              decltype(m6), decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11),
              decltype(m12), decltype(m13), decltype(m14), decltype(m15), decltype(m16),
              decltype(m17), decltype(m18), decltype(m19), decltype(m20), decltype(m21)>{},
        m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19,
        m20, m21);
  } else if constexpr (count == 23) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19,
           m20, m21, m22] = value;
    return fn(Types<decltype(m0), decltype(m1), decltype(m2), decltype(m3), decltype(m4),
                    decltype(m5), decltype(m6), decltype(m7), decltype(m8), decltype(m9),
                    decltype(m10), decltype(m11), decltype(m12), decltype(m13), decltype(m14),
                    decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19),
                    decltype(m20), decltype(m21), decltype(m22)>{},
              m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18,
              m19, m20, m21, m22);
  } else if constexpr (count == 24) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19,
           m20, m21, m22, m23] = value;
    return fn(Types<decltype(m0), decltype(m1), decltype(m2), decltype(m3), decltype(m4),
                    decltype(m5), decltype(m6), decltype(m7), decltype(m8), decltype(m9),
                    decltype(m10), decltype(m11), decltype(m12), decltype(m13), decltype(m14),
                    decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19),
                    decltype(m20), decltype(m21), decltype(m22), decltype(m23)>{},
              m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18,
              m19, m20, m21, m22, m23);
  } else if constexpr (count == 25) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19,
           m20, m21, m22, m23, m24] = value;
    return fn(Types<decltype(m0), decltype(m1), decltype(m2), decltype(m3), decltype(m4),
                    decltype(m5), decltype(m6), decltype(m7), decltype(m8), decltype(m9),
                    decltype(m10), decltype(m11), decltype(m12), decltype(m13), decltype(m14),
                    decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19),
                    decltype(m20), decltype(m21), decltype(m22), decltype(m23), decltype(m24)>{},
              m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18,
              m19, m20, m21, m22, m23, m24);
  } else if constexpr (count == 26) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19,
           m20, m21, m22, m23, m24, m25] = value;
    return fn(
        Types<decltype(m0), decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5),
              decltype(m6), decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11),
              decltype(m12), decltype(m13), decltype(m14), decltype(m15), decltype(m16),
              decltype(m17), decltype(m18), decltype(m19), decltype(m20), decltype(m21),
              decltype(m22), decltype(m23), decltype(m24), decltype(m25)>{},
        m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19,
        m20, m21, m22, m23, m24, m25);
  } else if constexpr (count == 27) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19,
           m20, m21, m22, m23, m24, m25, m26] = value;
    return fn(
        Types<decltype(m0), decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5),
              decltype(m6), decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11),
              decltype(m12), decltype(m13), decltype(m14), decltype(m15), decltype(m16),
              decltype(m17), decltype(m18), decltype(m19), decltype(m20), decltype(m21),
              decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26)>{},
        m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19,
        m20, m21, m22, m23, m24, m25, m26);
  } else if constexpr (count == 28) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19,
           m20, m21, m22, m23, m24, m25, m26, m27] = value;
    return fn(Types<decltype(m0), decltype(m1), decltype(m2), decltype(m3), decltype(m4),
                    decltype(m5), decltype(m6), decltype(m7), decltype(m8), decltype(m9),
                    decltype(m10), decltype(m11), decltype(m12), decltype(m13), decltype(m14),
                    decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19),
                    decltype(m20), decltype(m21), decltype(m22), decltype(m23), decltype(m24),
                    decltype(m25), decltype(m26), decltype(m27)>{},
              m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18,
              m19, m20, m21, m22, m23, m24, m25, m26, m27);
  } else if constexpr (count == 29) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19,
           m20, m21, m22, m23, m24, m25, m26, m27, m28] = value;
    return fn(Types<decltype(m0), decltype(m1), decltype(m2), decltype(m3), decltype(m4),
                    decltype(m5), decltype(m6), decltype(m7), decltype(m8), decltype(m9),
                    decltype(m10), decltype(m11), decltype(m12), decltype(m13), decltype(m14),
                    decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19),
                    decltype(m20), decltype(m21), decltype(m22), decltype(m23), decltype(m24),
                    decltype(m25), decltype(m26), decltype(m27), decltype(m28)>{},
              m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18,
              m19, m20, m21, m22, m23, m24, m25, m26, m27, m28);
  } else if constexpr (count == 30) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19,
           m20, m21, m22, m23, m24, m25, m26, m27, m28, m29] = value;
    return fn(Types<decltype(m0), decltype(m1), decltype(m2), decltype(m3), decltype(m4),
                    decltype(m5), decltype(m6), decltype(m7), decltype(m8), decltype(m9),
                    decltype(m10), decltype(m11), decltype(m12), decltype(m13), decltype(m14),
                    decltype(m15), decltype(m16), decltype(m17), decltype(m18), decltype(m19),
                    decltype(m20), decltype(m21), decltype(m22), decltype(m23), decltype(m24),
                    decltype(m25), decltype(m26), decltype(m27), decltype(m28), decltype(m29)>{},
              m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18,
              m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29);
  } else if constexpr (count == 31) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19,
           m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30] = value;
    return fn(
        Types<decltype(m0), decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5),
              decltype(m6), decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11),
              decltype(m12), decltype(m13), decltype(m14), decltype(m15), decltype(m16),
              decltype(m17), decltype(m18), decltype(m19), decltype(m20), decltype(m21),
              decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26),
              decltype(m27), decltype(m28), decltype(m29), decltype(m30)>{},
        m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19,
        m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30);
  } else if constexpr (count == 32) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19,
           m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31] = value;
    return fn(
        Types<decltype(m0), decltype(m1), decltype(m2), decltype(m3), decltype(m4), decltype(m5),
              decltype(m6), decltype(m7), decltype(m8), decltype(m9), decltype(m10), decltype(m11),
              decltype(m12), decltype(m13), decltype(m14), decltype(m15), decltype(m16),
              decltype(m17), decltype(m18), decltype(m19), decltype(m20), decltype(m21),
              decltype(m22), decltype(m23), decltype(m24), decltype(m25), decltype(m26),
              decltype(m27), decltype(m28), decltype(m29), decltype(m30), decltype(m31)>{},
        m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19,
        m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31);
  }
}

}  // namespace fanout::detail
