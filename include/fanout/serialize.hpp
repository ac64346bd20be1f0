// SPDX-License-Identifier: MIT
// How values become bytes and values again: what can cross to a worker process, and the one
// customisation point for types that do not by themselves.
#pragma once

#include <type_traits>

#include <fanout/detail/serialize/archive.hpp>
#include <fanout/detail/serialize/crossing.hpp>
#include <fanout/errors.hpp>

namespace fanout {

// What can be an argument or a result of a task in another process:
//
// - numbers, enums, std::string, the containers, pair, tuple, optional, variant, unique_ptr and
//   shared_ptr to one object, the durations and time points of std::chrono, std::filesystem::path,
//   and others of the standard library, all of serializable types;
// - aggregates of such, up to 32 members, without any code;
// - functions, pointers to members, lambdas without captures and other empty classes;
// - types with a member `serialize`, or a free function of that name in their namespace:
//
//     class Account {
//      public:
//       template <class Archive>
//       void serialize(Archive& archive) { archive(owner_, cents_); }
//       ...
//
//   or with `save(fanout::Writer&) const` and `load(fanout::Reader&)`, where the two differ. The
//   members may be private if the class says `friend class fanout::Access;`. Such a type needs a
//   default constructor. serialize() must not change the value when it is given a Writer.
//
// Two shared_ptr to one object arrive as pointers to two. A pointer to a base class crosses only
// while it points to an object of exactly that class. Nesting is limited to 1000 levels.
//
//   static_assert(fanout::Serializable<Account>);
template <class T>
concept Serializable = detail::crosses<std::remove_cvref_t<T>>;

}  // namespace fanout
