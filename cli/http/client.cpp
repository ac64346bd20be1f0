// SPDX-License-Identifier: MIT
// Client: the options and callbacks of its easy handle.
#include "client.hpp"

#include <array>
#include <exception>
#include <stdexcept>
#include <utility>

#include <curl/curl.h>
#include <fmt/format.h>

#include "curl_error.hpp"

namespace fanout::cli::http {
namespace {

constexpr std::size_t max_header_bytes = 256 * 1024;

}  // namespace

class Client::Handle {
 public:
  Handle(const ClientOptions& options, const Event& stop);
  Response get(const std::string& url, const BodySink& on_body);
  Response post(const std::string& url, const std::string& body, const BodySink& on_body);

 private:
  template <typename Value>
  void set(CURLoption option, Value value);
  void set_up(const ClientOptions& options);
  Response perform(const std::string& url, const BodySink& on_body);
  void finish(CURLcode code);
  std::optional<std::string> header(const char* name);

  // What curl calls. None lets an exception through its C frames.
  static std::size_t on_body(char* data, std::size_t, std::size_t size, void* self);
  static std::size_t on_header(char* data, std::size_t, std::size_t size, void* self);
  static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t);
  bool take_body(std::string_view piece);
  void refuse(std::string why, Trouble trouble);
  std::string too_long() const;
  long status() const;

  std::unique_ptr<CURL, void (*)(CURL*)> curl_;
  std::unique_ptr<curl_slist, void (*)(curl_slist*)> headers_{nullptr, curl_slist_free_all};
  const Event& stop_;
  const std::uint64_t max_bytes_;
  const bool sink_failures_;
  std::array<char, CURL_ERROR_SIZE> error_{};

  // Of the transfer in progress.
  Response response_;
  const BodySink* sink_ = nullptr;
  std::size_t header_bytes_ = 0;
  std::string refusal_;  // why a callback ended the transfer
};

Client::Client(const ClientOptions& options, const Event& stop)
    : handle_(std::make_unique<Handle>(options, stop)) {}

Client::~Client() = default;

Response Client::get(const std::string& url, const BodySink& on_body) {
  return handle_->get(url, on_body);
}

Response Client::post(const std::string& url, const std::string& body, const BodySink& on_body) {
  return handle_->post(url, body, on_body);
}

Client::Handle::Handle(const ClientOptions& options, const Event& stop)
    : curl_(curl_easy_init(), curl_easy_cleanup),
      stop_(stop),
      max_bytes_(options.max_bytes),
      sink_failures_(options.sink_failures) {
  if (!curl_) throw std::runtime_error("libcurl gives no handle");
  set_up(options);
}

template <typename Value>
void Client::Handle::set(CURLoption option, Value value) {
  const CURLcode code = curl_easy_setopt(curl_.get(), option, value);
  if (code != CURLE_OK) {
    throw std::runtime_error(fmt::format("libcurl refuses option {}: {}", static_cast<int>(option),
                                         curl_easy_strerror(code)));
  }
}

void Client::Handle::set_up(const ClientOptions& options) {
  set(CURLOPT_ERRORBUFFER, error_.data());
  set(CURLOPT_NOSIGNAL, 1L);  // Timeouts by signal do not go with threads.
  set(CURLOPT_USERAGENT, "fanout/" FANOUT_CLI_VERSION);
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  set(CURLOPT_FOLLOWLOCATION, options.follow_redirects ? 1L : 0L);
  set(CURLOPT_MAXREDIRS, static_cast<long>(options.max_redirects));
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  if (!options.cacert.empty()) set(CURLOPT_CAINFO, options.cacert.c_str());
  if (!options.use_proxy) set(CURLOPT_NOPROXY, "*");
  // Spares the transfer of a body that is announced as too long; the callback sees to the others.
  set(CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(options.max_bytes));
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.count()));
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));

  for (const std::string& header : options.headers) {
    curl_slist* longer = curl_slist_append(headers_.get(), header.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    static_cast<void>(headers_.release());
    headers_.reset(longer);
  }
  if (headers_) set(CURLOPT_HTTPHEADER, headers_.get());

  set(CURLOPT_WRITEFUNCTION, &Handle::on_body);
  set(CURLOPT_WRITEDATA, this);
  set(CURLOPT_HEADERFUNCTION, &Handle::on_header);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_XFERINFOFUNCTION, &Handle::on_progress);
  set(CURLOPT_XFERINFODATA, this);
  set(CURLOPT_NOPROGRESS, 0L);
}

Response Client::Handle::get(const std::string& url, const BodySink& on_body) {
  set(CURLOPT_HTTPGET, 1L);
  return perform(url, on_body);
}

Response Client::Handle::post(const std::string& url, const std::string& body,
                              const BodySink& on_body) {
  set(CURLOPT_POST, 1L);
  set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  set(CURLOPT_POSTFIELDS, body.data());  // not copied: the caller keeps it until perform returns
  return perform(url, on_body);
}

Response Client::Handle::perform(const std::string& url, const BodySink& on_body) {
  response_ = {};
  sink_ = &on_body;
  header_bytes_ = 0;
  refusal_.clear();
  error_[0] = '\0';
  // curl stops reading at a zero byte, and would then fetch something else than was asked for.
  if (url.find('\0') != std::string::npos) {
    response_.error = "the URL contains a zero byte";
    response_.trouble = Trouble::other;
  } else {
    set(CURLOPT_URL, url.c_str());
    finish(curl_easy_perform(curl_.get()));
  }
  return std::move(response_);
}

void Client::Handle::finish(CURLcode code) {
  response_.status = status();
  if (code != CURLE_OK) {
    if (code == CURLE_FILESIZE_EXCEEDED) refuse(too_long(), Trouble::too_long);
    response_.error = refusal_.empty() ? describe(curl_.get(), code, error_.data()) : refusal_;
    if (refusal_.empty()) response_.trouble = trouble_of(code, error_.data());
    return;
  }
  response_.content_type = header("Content-Type").value_or("");
  response_.retry_after = header("Retry-After");
  response_.retry_after_ms = header("retry-after-ms");
  response_.should_retry = header("x-should-retry");
  response_.request_id = header("x-request-id").value_or("");
}

std::optional<std::string> Client::Handle::header(const char* name) {
  curl_header* found = nullptr;
  const auto code = curl_easy_header(curl_.get(), name, 0, CURLH_HEADER, -1, &found);
  return code == CURLHE_OK ? std::optional<std::string>(found->value) : std::nullopt;
}

std::size_t Client::Handle::on_body(char* data, std::size_t, std::size_t size, void* self) {
  auto& handle = *static_cast<Handle*>(self);
  try {
    if (handle.take_body({data, size})) return size;
  } catch (const std::exception& error) {
    handle.refuse(error.what(), Trouble::other);
  } catch (...) {
    handle.refuse("an unknown failure while taking the body", Trouble::other);
  }
  return size + 1;  // Any number but `size` ends the transfer; 0 would not where there is nothing.
}

bool Client::Handle::take_body(std::string_view piece) {
  response_.bytes += piece.size();
  if (response_.bytes > max_bytes_) {
    refuse(too_long(), Trouble::too_long);
    return false;
  }
  const long now = status();
  if (sink_failures_ || (now >= 200 && now < 300)) (*sink_)(piece);
  return true;
}

std::size_t Client::Handle::on_header(char*, std::size_t, std::size_t size, void* self) {
  auto& handle = *static_cast<Handle*>(self);
  handle.header_bytes_ += size;
  if (handle.header_bytes_ <= max_header_bytes) return size;
  handle.refuse("the response headers are longer than 256 KiB", Trouble::other);
  return size + 1;
}

int Client::Handle::on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto& handle = *static_cast<Handle*>(self);
  if (!handle.stop_.is_set()) return 0;
  handle.refuse("interrupted", Trouble::interrupted);
  // Do not wait for a name server that has not answered: the program is about to end.
  curl_easy_setopt(handle.curl_.get(), CURLOPT_QUICK_EXIT, 1L);
  return 1;
}

void Client::Handle::refuse(std::string why, Trouble trouble) {
  refusal_ = std::move(why);
  response_.trouble = trouble;
}

std::string Client::Handle::too_long() const {
  return fmt::format("the body is longer than {} bytes", max_bytes_);
}

long Client::Handle::status() const {
  long status = 0;
  curl_easy_getinfo(curl_.get(), CURLINFO_RESPONSE_CODE, &status);
  return status;
}

CurlSession::CurlSession() {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    throw std::runtime_error("libcurl cannot be initialised");
  }
}

CurlSession::~CurlSession() { curl_global_cleanup(); }

}  // namespace fanout::cli::http
