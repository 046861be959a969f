program SignRecord;

// 接入示例：扫码登录、提交文档、等待签署、取回。QR login, hand in, wait, fetch. Delphi 10.3 or newer.
// SignRecord.exe http://localhost:8080 yq_... record.pdf signed.pdf

{$APPTYPE CONSOLE}

uses
  System.SysUtils, System.Classes, System.JSON, System.NetEncoding, System.Net.HttpClient,
  System.Net.URLClient, System.IOUtils;

type
  EYunqian = class(Exception)
  public
    Code, TraceId: string;
    Retryable: Boolean;
  end;

  TYunqian = class
  private
    FUrl, FKey: string;
    FHttp: THTTPClient;
    function Headers(const IdempotencyKey: string): TNetHeaders;
    procedure RaiseRefusal(const Response: IHTTPResponse);
  public
    constructor Create(const Url, Key: string);
    destructor Destroy; override;
    function Post(const Path: string; Body: TJSONObject): TJSONObject;
    function Get(const Path: string): TJSONObject;
    function Await(const Path: string; const OpenStates: array of string): TJSONObject;
    procedure Download(const Path, FileName: string);
  end;

constructor TYunqian.Create(const Url, Key: string);
begin
  FUrl := Url;
  FKey := Key;
  FHttp := THTTPClient.Create;
  FHttp.ConnectionTimeout := 5000;
  FHttp.ResponseTimeout := 40000; // 长于 wait=25 longer than the long poll
end;

destructor TYunqian.Destroy;
begin
  FHttp.Free;
  inherited;
end;

function TYunqian.Headers(const IdempotencyKey: string): TNetHeaders;
begin
  Result := [TNetHeader.Create('Authorization', 'Bearer ' + FKey),
    TNetHeader.Create('Content-Type', 'application/json')];
  if IdempotencyKey <> '' then
    Result := Result + [TNetHeader.Create('Idempotency-Key', IdempotencyKey)];
end;

procedure TYunqian.RaiseRefusal(const Response: IHTTPResponse);
var
  Problem: TJSONValue;
  Refusal: EYunqian;
begin
  Problem := TJSONObject.ParseJSONValue(Response.ContentAsString(TEncoding.UTF8));
  try
    if Problem = nil then
      raise Exception.CreateFmt('HTTP %d', [Response.StatusCode]);
    Refusal := EYunqian.Create(Problem.GetValue<string>('detail'));
    Refusal.Code := Problem.GetValue<string>('code');
    Refusal.TraceId := Problem.GetValue<string>('traceId');
    Refusal.Retryable := Problem.GetValue<Boolean>('retryable');
    raise Refusal;
  finally
    Problem.Free;
  end;
end;

// 同一个键重发是安全的：回答丢失或可重试的拒绝都用同一个键再发。
// The key is made once: a lost answer and a retryable refusal are sent again under the same key.
function TYunqian.Post(const Path: string; Body: TJSONObject): TJSONObject;
var
  Key: string;
  Source: TStringStream;
  Response: IHTTPResponse;
  Attempt: Integer;
begin
  Key := TGUID.NewGuid.ToString.Trim(['{', '}']);
  Source := TStringStream.Create(Body.ToJSON, TEncoding.UTF8);
  try
    for Attempt := 1 to 5 do
      try
        Source.Position := 0;
        Response := FHttp.Post(FUrl + Path, Source, nil, Headers(Key));
        if Response.StatusCode >= 400 then
          RaiseRefusal(Response);
        Exit(TJSONObject.ParseJSONValue(Response.ContentAsString(TEncoding.UTF8)) as TJSONObject);
      except
        on Refusal: EYunqian do
          if not Refusal.Retryable or (Attempt = 5) then raise else Sleep(1000 shl Attempt);
        on Lost: ENetHTTPClientException do
          if Attempt = 5 then raise else Sleep(1000 shl Attempt);
      end;
  finally
    Source.Free;
    Body.Free;
  end;
  Result := nil;
end;

function TYunqian.Get(const Path: string): TJSONObject;
var
  Response: IHTTPResponse;
begin
  Response := FHttp.Get(FUrl + Path, nil, Headers(''));
  if Response.StatusCode >= 400 then
    RaiseRefusal(Response);
  Result := TJSONObject.ParseJSONValue(Response.ContentAsString(TEncoding.UTF8)) as TJSONObject;
end;

function TYunqian.Await(const Path: string; const OpenStates: array of string): TJSONObject;
var
  State, One: string;
  StillOpen: Boolean;
begin
  State := 'waiting';
  repeat
    Result := Get(Path + '?wait=25&state=' + State);
    State := Result.GetValue<string>('state');
    StillOpen := False;
    for One in OpenStates do
      StillOpen := StillOpen or (One = State);
    if StillOpen then
      Result.Free;
  until not StillOpen;
end;

procedure TYunqian.Download(const Path, FileName: string);
var
  Target: TFileStream;
  Response: IHTTPResponse;
begin
  Target := TFileStream.Create(FileName, fmCreate);
  try
    Response := FHttp.Get(FUrl + Path, Target, Headers(''));
    if Response.StatusCode >= 400 then
      raise Exception.CreateFmt('HTTP %d', [Response.StatusCode]);
  finally
    Target.Free;
  end;
end;

function Json(const Pairs: array of string): TJSONObject;
var
  I: Integer;
begin
  Result := TJSONObject.Create;
  I := 0;
  while I < Length(Pairs) do
  begin
    Result.AddPair(Pairs[I], Pairs[I + 1]);
    Inc(I, 2);
  end;
end;

procedure Run(const Url, Key, Source, Target: string);
var
  Yunqian: TYunqian;
  Login, Verified, Document, Task, Body: TJSONObject;
  LoginId, DocumentId: string;
begin
  Yunqian := TYunqian.Create(Url, Key);
  try
    // 1. 扫码登录 QR login
    Login := Yunqian.Post('/v1/login-requests', Json(['workstation', '诊室 3']));
    LoginId := Login.GetValue<string>('loginRequestId');
    Writeln('QR ', Login.GetValue<string>('qr'));
    Writeln('match ', Login.GetValue<string>('matchCode'));
    Login.Free;
    Login := Yunqian.Await('/v1/login-requests/' + LoginId, ['waiting', 'scanned']);
    if Login.GetValue<string>('state') <> 'approved' then
      raise Exception.Create('login ' + Login.GetValue<string>('state'));

    // 2. 服务端核验登录记录 verify the signed record
    Verified := Yunqian.Post('/v1/login-verifications',
      Json(['loginRequestId', LoginId, 'loginRecord', Login.GetValue<string>('loginRecord')]));

    // 3. 提交文档，请本人签署 hand in, ask that person to sign
    Document := Yunqian.Post('/v1/documents', Json(['title', '门诊病历', 'documentType',
      'outpatient-record', 'mediaType', 'application/pdf', 'content',
      TNetEncoding.Base64String.EncodeBytesToString(TFile.ReadAllBytes(Source))]));
    DocumentId := Document.GetValue<string>('documentId');
    Body := Json(['documentId', DocumentId, 'form', 'pdf']);
    Body.AddPair('signer', Json(['personId', Verified.GetValue<string>('subject.personId')]));
    Task := Yunqian.Post('/v1/signing-tasks', Body);
    Writeln('QR ', Task.GetValue<string>('qr'));
    Task := Yunqian.Await('/v1/signing-tasks/' + Task.GetValue<string>('signingTaskId'),
      ['waiting', 'scanned', 'signing', 'signed']);
    if Task.GetValue<string>('state') <> 'completed' then
      raise Exception.Create('task ' + Task.GetValue<string>('state'));

    // 4. 取回 fetch
    Yunqian.Download('/v1/documents/' + DocumentId + '/content', Target);
  finally
    Yunqian.Free;
  end;
end;

begin
  try
    Run(ParamStr(1), ParamStr(2), ParamStr(3), ParamStr(4));
  except
    on Refusal: EYunqian do
      Writeln(Refusal.Code, ' ', Refusal.Message, ' traceId=', Refusal.TraceId);
    on Other: Exception do
      Writeln(Other.ClassName, ' ', Other.Message);
  end;
end.
