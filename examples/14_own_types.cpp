// SPDX-License-Identifier: MIT
// Types that travel: what a task in another process takes and gives is turned into bytes and back.
//
// Plain structs need no code at all. A class with private members gets one function, which serves
// both directions.
#include <cstddef>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <fanout/fanout.hpp>

struct RequestInfo {
  std::string name;
  std::string url;
  std::map<std::string, std::string> headers;
  std::optional<int> retries;
};

class Account {
 public:
  Account(std::string owner, int cents) : owner_(std::move(owner)), cents_(cents) {}
  const std::string& owner() const { return owner_; }
  int cents() const { return cents_; }

 private:
  friend class fanout::Access;  // it sees the two below
  Account() = default;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(owner_, cents_);
  }

  std::string owner_;
  int cents_ = 0;
};

static_assert(fanout::Serializable<std::vector<RequestInfo>>);
static_assert(fanout::Serializable<Account>);
static_assert(!fanout::Serializable<RequestInfo*>);  // it would point to nothing there

// What an executor does on both sides of the border.
template <class T>
T there_and_back(const T& value) {
  fanout::Writer measure;
  measure(value);
  std::vector<std::byte> memory(measure.size());
  fanout::Writer(memory.data(), memory.size())(value);

  std::cout << memory.size() << " bytes: ";
  return fanout::Reader(memory.data(), memory.size()).value<T>();
}

int main() {
  const RequestInfo request{"home", "https://example.org", {{"Accept", "text/html"}}, 3};
  const RequestInfo arrived = there_and_back(request);
  std::cout << arrived.name << ' ' << arrived.headers.at("Accept") << ' ' << *arrived.retries
            << '\n';

  const Account account = there_and_back(Account("Ada", 1250));
  std::cout << account.owner() << ' ' << account.cents() << '\n';

  const std::byte wild[] = {std::byte{0xff}, std::byte{0xff}, std::byte{0x7f}};
  std::string text;
  try {
    fanout::Reader(wild, sizeof(wild))(text);
  } catch (const fanout::SerializationError& error) {
    std::cout << error.what() << '\n';
  }
}

// Prints:
//   48 bytes: home text/html 3
//   8 bytes: Ada 1250
//   the bytes of a value are malformed: 2097151 elements in the 0 bytes that are left
