// SPDX-License-Identifier: MIT
// The model itself: small programs of which the C++ standard says what may happen. What it allows
// must be seen, and nothing else.
#include <atomic>
#include <memory>
#include <mutex>
#include <thread>

#include "model.hpp"

namespace {

using model::Case;
using model::check;
using model::saw;

constexpr auto relaxed = std::memory_order_relaxed;
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;
constexpr auto acq_rel = std::memory_order_acq_rel;
constexpr auto seq_cst = std::memory_order_seq_cst;

template <std::memory_order storing, std::memory_order loading>
void store_buffering() {
  std::atomic<int> x{0};
  std::atomic<int> y{0};
  int a = 0;
  std::thread other([&] {
    x.store(1, storing);
    a = y.load(loading);
  });
  y.store(1, storing);
  const int b = x.load(loading);
  other.join();
  saw(a == 0 && b == 0 ? "both read 0" : "one read 1");
}

const Case relaxed_stores{{.name = "litmus_store_buffering_relaxed",
                           .promise = "both threads may read the old value",
                           .outcomes = {"both read 0", "one read 1"},
                           .body = &store_buffering<relaxed, relaxed>}};

const Case released_stores{{.name = "litmus_store_buffering_release_acquire",
                            .promise = "release and acquire do not order a store before a load",
                            .outcomes = {"both read 0", "one read 1"},
                            .body = &store_buffering<release, acquire>}};

const Case total_order{{.name = "litmus_store_buffering_seq_cst",
                        .promise = "one thread sees the other's store",
                        .outcomes = {"one read 1"},
                        .body = [] {
                          std::atomic<int> x{0};
                          std::atomic<int> y{0};
                          int a = 0;
                          std::thread other([&] {
                            x.store(1, seq_cst);
                            a = y.load(seq_cst);
                          });
                          y.store(1, seq_cst);
                          const int b = x.load(seq_cst);
                          other.join();
                          check(a == 1 || b == 1, "both read 0");
                          saw("one read 1");
                        }}};

template <std::memory_order storing, std::memory_order loading>
void message_passing() {
  int data = 0;
  std::atomic<bool> ready{false};
  std::thread other([&] {
    data = 42;
    ready.store(true, storing);
  });
  if (ready.load(loading)) {
    check(data == 42, "the old value");
    saw("read");
  } else {
    saw("not there yet");
  }
  other.join();
}

const Case message{{.name = "litmus_message_passing",
                    .promise = "what was written before a release is seen after its acquire",
                    .outcomes = {"read", "not there yet"},
                    .body = &message_passing<release, acquire>}};

const Case no_release{{.name = "litmus_message_without_release",
                       .promise = "a release left out is found",
                       .failure = "a data race: a read, and a write by thread 1",
                       .body = &message_passing<relaxed, acquire>}};

const Case no_acquire{{.name = "litmus_message_without_acquire",
                       .promise = "an acquire left out is found",
                       .failure = "a data race: a read, and a write by thread 1",
                       .body = &message_passing<release, relaxed>}};

const Case release_sequence{{.name = "litmus_release_sequence",
                             .promise = "a relaxed read-modify-write hands a release on",
                             .outcomes = {"read"},
                             .body = [] {
                               int data = 0;
                               std::atomic<int> word{0};
                               std::thread writer([&] {
                                 data = 42;
                                 word.store(1, release);
                               });
                               std::thread counter([&] { word.fetch_add(1, relaxed); });
                               if (word.load(acquire) == 2) {
                                 check(data == 42, "the old value");
                                 saw("read");
                               }
                               writer.join();
                               counter.join();
                             }}};

const Case coherence{{.name = "litmus_coherence",
                      .promise = "a thread never reads an older value after a newer one",
                      .budget = {.surprises = 3},
                      .outcomes = {"1 then 2", "0 then 2"},
                      .body = [] {
                        std::atomic<int> x{0};
                        std::thread other([&] {
                          x.store(1, relaxed);
                          x.store(2, relaxed);
                        });
                        const int a = x.load(relaxed);
                        const int b = x.load(relaxed);
                        check(a <= b, "time goes backwards");
                        if (a == 1 && b == 2) saw("1 then 2");
                        if (a == 0 && b == 2) saw("0 then 2");
                        other.join();
                      }}};

// Independent reads of independent writes.
template <std::memory_order order>
void independent_reads() {
  std::atomic<int> x{0};
  std::atomic<int> y{0};
  int a = 0;
  int b = 0;
  int c = 0;
  int d = 0;
  std::thread writes_x([&] { x.store(1, order == acquire ? release : order); });
  std::thread writes_y([&] { y.store(1, order == acquire ? release : order); });
  std::thread reads_x_first([&] {
    a = x.load(order);
    b = y.load(order);
  });
  c = y.load(order);
  d = x.load(order);
  writes_x.join();
  writes_y.join();
  reads_x_first.join();
  const bool differ = a == 1 && b == 0 && c == 1 && d == 0;
  if (order == seq_cst) check(!differ, "the readers disagree about the order");
  saw(differ ? "the readers disagree" : "the readers agree");
}

const Case reads_acquire{{.name = "litmus_independent_reads_acquire",
                          .promise = "two readers may see two stores in different orders",
                          .outcomes = {"the readers disagree", "the readers agree"},
                          .body = &independent_reads<acquire>}};

const Case reads_seq_cst{{.name = "litmus_independent_reads_seq_cst",
                          .promise = "all agree on the order of seq_cst stores",
                          .outcomes = {"the readers agree"},
                          .body = &independent_reads<seq_cst>}};

const Case counting{{.name = "litmus_counting",
                     .promise = "read-modify-writes lose no update; a load and a store do",
                     .outcomes = {"2 and 2", "2 and 1"},
                     .body = [] {
                       std::atomic<int> sure{0};
                       std::atomic<int> unsure{0};
                       const auto add = [&] {
                         sure.fetch_add(1, relaxed);
                         unsure.store(unsure.load(relaxed) + 1, relaxed);
                       };
                       std::thread other(add);
                       add();
                       other.join();
                       check(sure.load(relaxed) == 2, "an update is lost");
                       saw(unsure.load(relaxed) == 2 ? "2 and 2" : "2 and 1");
                     }}};

const Case weak{{.name = "litmus_weak_compare_exchange",
                 .promise = "a weak compare-exchange may fail for no reason, a strong one may not",
#if defined(__clang__)
                 .outcomes = {"stored"},  // clang's instrumentation does not tell weak from strong
#else
                 .outcomes = {"stored", "failed for no reason"},
#endif
                 .body = [] {
                   std::atomic<int> x{0};
                   int expected = 0;
                   const bool stored = x.compare_exchange_weak(expected, 1, acq_rel, relaxed);
                   saw(stored ? "stored" : "failed for no reason");
                   expected = stored ? 1 : 0;
                   check(x.compare_exchange_strong(expected, 2), "a strong one failed");
                 }}};

const Case lock_order{{.name = "litmus_deadlock",
                       .promise = "threads that wait for each other are found",
                       .failure = "blocked for ever: thread 0 (locking a mutex) thread 1",
                       .body = [] {
                         std::mutex a;
                         std::mutex b;
                         std::thread other([&] {
                           const std::lock_guard first(b);
                           const std::lock_guard second(a);
                         });
                         {
                           const std::lock_guard first(a);
                           const std::lock_guard second(b);
                         }
                         other.join();
                       }}};

const Case reference_count{{.name = "litmus_reference_count_without_acquire",
                            .promise = "a block that is freed before the other's last use is found",
                            .failure = "a data race",
                            .body = [] {
                              struct Block {
                                std::atomic<int> references{2};
                                int value = 0;
                              };
                              auto* const block = new Block;
                              const auto drop = [block] {
                                (void)block->value;
                                block->value = 1;
                                if (block->references.fetch_sub(1, relaxed) == 1) delete block;
                              };
                              std::thread other([block] {
                                if (block->references.fetch_sub(1, relaxed) == 1) delete block;
                              });
                              drop();
                              other.join();
                            }}};

const Case after_free{{.name = "litmus_use_after_free",
                       .promise = "a use of a freed block is found",
                       .failure = "of memory that was freed",
                       .body = [] {
                         auto* const word = new std::atomic<int>{0};
                         std::thread other([word] { word->store(1, relaxed); });
                         delete word;
                         other.join();
                       }}};

const Case dead_local{{.name = "litmus_use_of_a_dead_local",
                       .promise = "a use of a local variable that is gone is found",
                       .failure = "of a local variable of thread 1 that is gone",
                       .body = [] {
                         std::atomic<std::atomic<int>*> shared{nullptr};
                         std::thread other([&] {
                           std::atomic<int> local{0};
                           shared.store(&local, release);
                         });
                         if (auto* const local = shared.load(acquire)) local->store(1, relaxed);
                         other.join();
                       }}};

const Case leak{{.name = "litmus_leak",
                 .promise = "a block that nobody can reach any more is found",
                 .failure = "1 blocks are lost, of these sizes: 4",
                 .body = [] {
                   std::thread other(
                       [block = new std::atomic<int>{0}] { block->store(1, relaxed); });
                   other.join();
                 }}};

const Case shared_pointer{{.name = "litmus_shared_pointer",
                           .promise = "the standard library's own atomics are seen, too",
                           .outcomes = {"freed by the other", "freed by this"},
                           .body = [] {
                             struct Block {
                               ~Block() {
                                 saw(std::this_thread::get_id() == owner ? "freed by this"
                                                                         : "freed by the other");
                               }
                               std::thread::id owner;
                             };
                             auto block = std::make_shared<Block>();
                             block->owner = std::this_thread::get_id();
                             std::thread other([copy = block]() mutable { copy.reset(); });
                             block.reset();
                             other.join();
                           }}};

}  // namespace
